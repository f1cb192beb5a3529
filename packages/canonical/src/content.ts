import type { DialectId, Extensions } from './dialect-id.js';
import type { ServerToolStep } from './server-tool.js';

/** A mark that the prompt up to and including its block is to be cached by the provider. */
export interface CacheMark {
  /** The provider's own word for the lifetime; undefined means the provider's default. */
  readonly ttl?: '5m' | '1h' | undefined;
}

/** Where the bytes of an image, a document or a sound are. */
export type MediaSource =
  /** `mediaType` where the client said it. */
  | { readonly type: 'url'; readonly url: string; readonly mediaType?: string | undefined }
  /** `data` is base64 without a prefix. */
  | { readonly type: 'data'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'file'; readonly fileId: string };

/** A place in a text, in code points from its beginning; `end` is exclusive. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

interface CitationBase {
  /** What of the block's own text rests on the source; undefined for all of it. */
  readonly span?: TextSpan | undefined;
  /** The words of the source. */
  readonly citedText?: string | undefined;
  readonly extensions?: Extensions | undefined;
}

/** A source of a text. */
export type Citation =
  | ({ readonly type: 'url'; readonly url: string; readonly title?: string | undefined } & CitationBase)
  /** A document of the request, or one that the provider looked up. */
  | ({
      readonly type: 'document';
      readonly title?: string | undefined;
      readonly fileId?: string | undefined;
      /** Which of the request's documents it is, from 0. */
      readonly documentIndex?: number | undefined;
      /** The place within the document: characters and blocks are counted from 0, pages from 1; `end` is exclusive. */
      readonly location?: (TextSpan & { readonly unit: 'character' | 'page' | 'block' }) | undefined;
    } & CitationBase)
  /** A file that the provider keeps: one it searched, or one that the model made. */
  | ({ readonly type: 'file'; readonly fileId: string; readonly title?: string | undefined } & CitationBase)
  /** One that only its own dialect understands. */
  | ({
      readonly type: 'opaque';
      readonly dialect: DialectId;
      readonly value: Readonly<Record<string, unknown>>;
    } & CitationBase);

/** How likely a token was, as the natural logarithm of its probability. */
export interface TokenProbability {
  readonly token: string;
  readonly logprob: number;
  /** Its bytes, where they are not those of `token` in UTF-8: a token may be a part of a character. */
  readonly bytes?: readonly number[] | undefined;
  /** Its number in the model's vocabulary, where the provider says. */
  readonly tokenId?: number | undefined;
}

/** A token of an answer, and the ones that were most likely in its place. */
export interface TokenLogprob extends TokenProbability {
  readonly top: readonly TokenProbability[];
}

interface BlockBase {
  readonly cache?: CacheMark | undefined;
  readonly extensions?: Extensions | undefined;
}

export interface TextBlock extends BlockBase {
  readonly type: 'text';
  readonly text: string;
  /** What the text rests on, in the order the provider told it; never empty. */
  readonly citations?: readonly Citation[] | undefined;
  /** Of an answer whose request asked for them; never empty. */
  readonly logprobs?: readonly TokenLogprob[] | undefined;
}

export interface ImageBlock extends BlockBase {
  readonly type: 'image';
  readonly source: MediaSource;
  readonly detail?: string | undefined;
}

export interface AudioBlock extends BlockBase {
  readonly type: 'audio';
  readonly source: MediaSource;
}

export interface DocumentBlock extends BlockBase {
  readonly type: 'document';
  readonly source: MediaSource | { readonly type: 'text'; readonly text: string };
  readonly title?: string | undefined;
}

/** A tool's place in a namespace, for the dialect that has them. */
export interface NamespacedName {
  readonly namespace: string;
  /** The name within the namespace; the tool's own `name` is the flat one that every other dialect sends. */
  readonly name: string;
}

export interface ToolCallBlock extends BlockBase {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** JSON text of the arguments, as the model wrote it. A call without arguments has `{}`. */
  readonly arguments: string;
  /** Whether the model wrote free text instead of JSON; `arguments` then is `{"input": text}`. */
  readonly freeform?: boolean | undefined;
  readonly namespaced?: NamespacedName | undefined;
}

export interface ToolResultBlock extends BlockBase {
  readonly type: 'tool-result';
  readonly toolCallId: string;
  readonly content: readonly (TextBlock | ImageBlock | DocumentBlock | OpaqueBlock)[];
  readonly isError?: boolean | undefined;
  /** Whether it answers a freeform call. */
  readonly freeform?: boolean | undefined;
}

export interface ReasoningBlock extends BlockBase {
  readonly type: 'reasoning';
  readonly text: string;
  /** Opaque proof by the maker of the reasoning. It goes back only to the family that made it. */
  readonly signature?: string | undefined;
  /** The dialect the reasoning came in. */
  readonly provenance: DialectId;
  /** Which of the two the provider says it is; undefined where it does not say. */
  readonly form?: 'summary' | 'text' | undefined;
}

export interface RedactedReasoningBlock extends BlockBase {
  readonly type: 'redacted-reasoning';
  readonly data: string;
  readonly provenance: DialectId;
}

export interface RefusalBlock extends BlockBase {
  readonly type: 'refusal';
  readonly text: string;
  readonly logprobs?: readonly TokenLogprob[] | undefined;
}

/** A block that only its own dialect understands, such as the steps of a server-side tool. */
export interface OpaqueBlock extends BlockBase {
  readonly type: 'opaque';
  readonly dialect: DialectId;
  readonly value: Readonly<Record<string, unknown>>;
  /** What it says, in words, for a dialect that does not understand it. Without it, the block is dropped there. */
  readonly text?: string | undefined;
  /** What it tells of a tool that the provider runs itself, where other dialects have the like. */
  readonly step?: ServerToolStep | undefined;
}

export type Block =
  | TextBlock
  | ImageBlock
  | AudioBlock
  | DocumentBlock
  | ToolCallBlock
  | ToolResultBlock
  | ReasoningBlock
  | RedactedReasoningBlock
  | RefusalBlock
  | OpaqueBlock;
