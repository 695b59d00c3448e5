import { expect, test } from "bun:test";
import { markup, scriptJson } from "./markup.ts";

const hostile = `</script><!--<img src=x onerror="alert('1')">&\u2028\u202e`;

test("markup() writes whatever is no markup as text", () => {
  const { html } = markup`<p title="${hostile}">${[hostile, 1, markup`<b>${"<"}</b>`]}</p>`;
  const text =
    "&lt;/script&gt;&lt;!--&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;" +
    "\\u2028\\u202e";
  expect(html).toBe(`<p title="${text}">${text}1<b>&lt;</b></p>`);
});

test("scriptJson() is the same value, without a character that ends a script", () => {
  const { html } = scriptJson({ [hostile]: [hostile] });
  expect(html).not.toMatch(/[<>&\u2028\u2029]/);
  expect(JSON.parse(html)).toEqual({ [hostile]: [hostile] });
});
