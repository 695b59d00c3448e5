import { isIP, type Socket } from "node:net";
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  getCACertificates,
  rootCertificates,
  type TLSSocket,
} from "node:tls";
import { systemClock } from "../base/clock.ts";
import { type Endpoint, serverNameOf } from "../base/endpoint.ts";
import type { Channel } from "./channel.ts";
import { type Dial, dialEndpoint } from "./dial.ts";
import { type Http2ChannelOptions, openHttp2Channel } from "./http2-channel.ts";
import type { Certificates, TlsIdentity } from "./pem-files.ts";
import {
  type HandshakeFacts,
  handshakeErrorText,
  lostAfterHandshakeText,
  noHttp2Text,
  otherNameText,
  untrustedText,
} from "./tls-failure.ts";

/** How a client speaks TLS. */
export interface ClientTls {
  /** Undefined: the system's CAs. */
  readonly roots: Certificates | undefined;
  /** What the client shows of itself, if it is asked. */
  readonly identity: TlsIdentity | undefined;
  /** Takes any certificate, whoever it is of and has issued it. */
  readonly skipVerify: boolean;
  /** Whom certificates have to be for; undefined: whom each endpoint names. */
  readonly serverName: string | undefined;
}

/** Opens channels over TLS; undefined: in plain text. */
export function channelOpener(
  tls: ClientTls | undefined,
): (endpoint: Endpoint, options?: Http2ChannelOptions) => Channel {
  if (tls === undefined) return openHttp2Channel;
  const { roots, identity } = tls;
  const secureContext = createSecureContext({
    minVersion: "TLSv1.2",
    ca: roots?.pem ?? systemRoots(),
    // Whoever is named by hand is trusted, root or intermediate: so it is in Go and in gRPC's core.
    allowPartialTrustChain: roots !== undefined,
    ...(identity === undefined ? {} : { cert: identity.pem, key: identity.key }),
  });
  return (endpoint, options = {}) => {
    const tcp = dialEndpoint(endpoint, options.clock ?? systemClock);
    const facts: HandshakeFacts = {
      // A zone of an address is this host's own affair.
      serverName: tls.serverName ?? serverNameOf(endpoint).replace(/%.*$/, ""),
      hasOwnRoots: roots !== undefined,
      hasClientCertificate: identity !== undefined,
    };
    return openHttp2Channel(endpoint, {
      ...options,
      scheme: "https",
      dial: dialTls(tcp, { secureContext, facts, skipVerify: tls.skipVerify }),
      explainLoss: (error) => lostAfterHandshakeText(error, facts),
    });
  };
}

/** Bun brings Mozilla's along, for systems that have none. */
function systemRoots(): string[] {
  const system = getCACertificates("system");
  return system.length > 0 ? system : [...rootCertificates];
}

interface TlsDialOptions {
  readonly secureContext: ReturnType<typeof createSecureContext>;
  readonly facts: HandshakeFacts;
  readonly skipVerify: boolean;
}

/** TLS with ALPN h2 over what `tcp` opens; connected once the server is who it should be. */
function dialTls(tcp: Dial, options: TlsDialOptions): Dial {
  return (events) => {
    let secured: TLSSocket | undefined;
    const cancelTcp = tcp({
      onFailed: events.onFailed,
      onConnected(socket) {
        secured = shakeHands(socket, options, (failure) => {
          const done = secured;
          // From here on it is its session's to end it.
          secured = undefined;
          if (done === undefined) return;
          if (failure === undefined) events.onConnected(done);
          else {
            done.destroy();
            events.onFailed(failure);
          }
        });
      },
    });
    return () => {
      cancelTcp();
      secured?.destroy();
    };
  };
}

/** `onDone` is called once, later, with nothing or with why it failed. */
function shakeHands(
  socket: Socket,
  { secureContext, facts, skipVerify }: TlsDialOptions,
  onDone: (failure: string | undefined) => void,
): TLSSocket {
  const { serverName } = facts;
  let isDone = false;
  const finish = (failure: string | undefined) => {
    if (isDone) return;
    isDone = true;
    onDone(failure);
  };
  const secured = connect({
    socket,
    secureContext,
    ALPNProtocols: ["h2"],
    // An address may not stand in SNI.
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    // Judged below, where the certificate can be looked at and said what is wrong with it.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  // Also what comes when the session over it has been told already.
  socket.on("error", () => undefined);
  secured.on("error", (error) => finish(handshakeErrorText(error, facts)));
  secured.once("close", () => finish(lostAfterHandshakeText(undefined, facts)));
  secured.once("secureConnect", () => {
    finish((skipVerify ? undefined : refusal(secured, facts)) ?? withoutHttp2(secured));
  });
  return secured;
}

function refusal(secured: TLSSocket, facts: HandshakeFacts): string | undefined {
  const certificate = secured.getPeerCertificate();
  if (!secured.authorized) {
    const error: unknown = secured.authorizationError;
    const code = error instanceof Error && "code" in error ? error.code : error;
    return untrustedText(String(code), certificate, facts);
  }
  const isOther = checkServerIdentity(facts.serverName, certificate) !== undefined;
  return isOther ? otherNameText(certificate, facts) : undefined;
}

function withoutHttp2(secured: TLSSocket): string | undefined {
  return secured.alpnProtocol === "h2" ? undefined : noHttp2Text;
}
