import type {
  CanonicalRequest,
  CanonicalResponse,
  DialectId,
  Finish,
  GatewayErrorData,
  StreamEvent,
  Usage,
  Warning,
} from '@switchyard/canonical';

import type { FieldPath } from './json/patch-fields.js';
import type { SseEvent } from './sse/scan-sse.js';
import type { ThinkingLimits } from './thinking/fit-thinking.js';
import type { ToolNameRule } from './tool-names/tool-names.js';

/**
 * A value and what was lost in making it. The warnings name fields in canonical words; `inClientWords` (requests) and
 * `inUpstreamWords` (answers) turn them into those of whoever sent the fields.
 */
export interface WithWarnings<Value> {
  readonly value: Value;
  readonly warnings: readonly Warning[];
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** What of a request stands outside of its body, in a dialect whose requests name the model in their path. */
export interface RequestOutside {
  readonly model: string;
  readonly stream: boolean;
}

/** What encoding a request needs to know of its target. */
export interface EncodeRequestOptions {
  /** The upstream model's name. */
  readonly model: string;
  /** The ceiling to send where the dialect requires one and the client gave none. */
  readonly defaultMaxOutputTokens?: number | undefined;
  /** How the model can be asked to think, where the operator says so. Otherwise its name tells, where the dialect has such names. */
  readonly thinking?: ThinkingLimits | undefined;
}

/** What encoding an answer needs to know of the client's request. */
export interface EncodeAnswerOptions {
  /** The model name the client is to see. */
  readonly model: string;
  /** Whether an openai-chat client asked for the usage chunk. */
  readonly includeUsage: boolean;
  /** Seconds since 1970, for answers whose upstream gave no time. */
  readonly nowSeconds: number;
  /**
   * What the client asked, for dialects whose answers repeat it (openai-responses), and to give tools their own names and
   * kinds back.
   */
  readonly request?: CanonicalRequest | undefined;
  /** The number of the next event, in a dialect that numbers them, where somebody else wrote those before it. */
  readonly nextNumber?: number | undefined;
}

/** An event that carries a piece of a block's text. */
export type TextDelta = Extract<StreamEvent, { readonly type: `${string}-delta` }>;

/**
 * Turns one upstream's event stream into canonical events: a pure machine whose `state` is plain data.
 * `next` never throws on an upstream's bytes: what cannot be read becomes an `error` event followed by `end`.
 * After `end` was returned once, further calls return nothing. Beyond being empty or not, and being kept or
 * counted, what the text of a delta says must not matter to it: `TemplateDecoder` reads runs of deltas in its place.
 */
export interface StreamDecoder {
  readonly state: unknown;
  next(event: SseEvent): readonly StreamEvent[];
  /** Takes in the text of deltas that were read in its place, as `next` does; for a decoder that can do so without an event. */
  keep?(delta: TextDelta): void;
  /** The upstream closed. Without the dialect's terminal proof this returns an `upstream_truncated` error, then `end`. */
  end(): readonly StreamEvent[];
}

/** Turns canonical events into the client dialect's SSE text: a pure machine whose `state` is plain data. */
export interface StreamEncoder {
  readonly state: unknown;
  /** What was lost so far, each kind of loss once. `inUpstreamWords` names the fields. */
  readonly warnings: readonly Warning[];
  /** The frames for this event, `''` if none. */
  next(event: StreamEvent): string;
}

/** An HTTP error answer. */
export interface EncodedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An upstream's error answer, as it came. */
export interface UpstreamAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a whole answer says of itself, beside its content. */
export interface ResponseFacts {
  /** As `CanonicalResponse` has it. */
  readonly model: string;
  /** Of the first choice. */
  readonly finish: Finish;
  readonly usage: Usage | undefined;
  /** Whether there is an event of content in it: a text that is not empty, a call, or an end that says something. */
  readonly hasContent: boolean;
}

/** How a dialect asks how many tokens a request has. */
export interface TokenCounting {
  /** @throws GatewayError `invalid_request` with `param` when the body does not fit the dialect. */
  decodeRequest(body: unknown, outside?: RequestOutside): WithWarnings<CanonicalRequest>;
  encodeRequest(request: CanonicalRequest, options: EncodeRequestOptions): WithWarnings<JsonObject>;
  /** The count that an answer tells; undefined where it tells none. */
  decodeCount(body: unknown): number | undefined;
  encodeCount(count: number): JsonObject;
}

/** A wire language. Every dialect has one folder with these slots, one file each. */
export interface Dialect {
  readonly id: DialectId;
  /**
   * Whether the model and the wish for a stream stand in the request's path. Its bodies then have neither: `decodeRequest`
   * is told both, and `encodeRequest` leaves both out.
   */
  readonly modelInPath?: boolean | undefined;
  /**
   * The names that the dialect takes for tools. `encodeRequest` applies it; whoever hands the answer on restores the
   * client's own names with `createToolNameMap(request.tools, rule)`, on decoded events and responses.
   */
  readonly toolNames?: ToolNameRule | undefined;
  /**
   * The fields that a wish for thinking may move. A request that stays in its dialect has only them patched, to what
   * `encodeRequest` makes of them. No two begin with the same field.
   */
  readonly thinkingFields: readonly FieldPath[];
  /** @throws GatewayError `invalid_request` with `param` when the body does not fit the dialect. */
  decodeRequest(body: unknown, outside?: RequestOutside): WithWarnings<CanonicalRequest>;
  encodeRequest(request: CanonicalRequest, options: EncodeRequestOptions): WithWarnings<JsonObject>;
  /**
   * A request of a client, which an upstream of the same dialect is to get as it is, without what we told the client in the
   * name of other providers (proofs of their reasoning, steps of their tools): the upstream would refuse it. Warnings are in
   * the client's words. Undefined where clients are told nothing of the kind. Whatever it concerns holds `MADE_MARK`.
   */
  readonly dropMade?: ((body: unknown) => WithWarnings<unknown>) | undefined;
  /** @throws GatewayError `upstream_malformed` when the body is not an answer of this dialect. */
  decodeResponse(body: unknown): CanonicalResponse;
  /**
   * What is to be known of a whole answer that is handed on as it is, without decoding it: the same as `decodeResponse` tells.
   * Undefined for an answer that is none, or not as answers mostly are: `decodeResponse` then has the word.
   */
  readonly readFacts?: ((body: unknown) => ResponseFacts | undefined) | undefined;
  encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject>;
  createStreamDecoder(state?: unknown): StreamDecoder;
  createStreamEncoder(options: EncodeAnswerOptions, state?: unknown): StreamEncoder;
  /** The usage within a whole answer or one stream event, if any. */
  decodeUsage(usage: unknown): Usage | undefined;
  /** Undefined where the dialect has no question for it. */
  readonly tokenCounting?: TokenCounting | undefined;
  /** Reads the dialect's error shape and says which of our codes it is. `nowMs` turns dates into waits. */
  decodeError(answer: UpstreamAnswer, nowMs: number): GatewayErrorData;
  encodeError(error: GatewayErrorData, requestId: string): EncodedError;
  /** The in-band error after content was sent; it ends the stream. */
  encodeStreamError(error: GatewayErrorData, requestId: string): string;
}
