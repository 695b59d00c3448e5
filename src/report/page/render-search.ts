import { type Markup, markup } from "./markup.ts";

/** The form that finds a request of the run, and the place for what it finds. */
export function searchSection(run: string): Markup {
  return markup`<section aria-labelledby="search-title">
<h2 id="search-title">Find a request</h2>
<form id="search" role="search">
<label for="search-text">Number or id</label>
<input id="search-text" autocomplete="off" spellcheck="false" placeholder="${run}-1">
<button>Find</button>
</form>
<div id="search-result" aria-live="polite"></div>
</section>`;
}
