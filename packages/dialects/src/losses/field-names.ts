import type { CanonicalRequest } from '@switchyard/canonical';

/** The parameters that a translation may lose, in canonical words. */
export type LossyParameter =
  | Exclude<keyof CanonicalRequest, 'model' | 'stream' | 'tools' | 'extensions' | 'serverState' | 'reasoning'>
  // Not `reasoning`: some vendors of openai-chat have a parameter of that name beside it.
  | 'reasoningEffort'
  | 'responseFormat.name'
  | 'responseFormat.description'
  | 'responseFormat.schema';

/** The properties of blocks, messages and tools that a translation may lose, in canonical words. */
export type LossyProperty =
  | 'allowedDomains'
  | 'blockedDomains'
  | 'cache'
  | 'citations'
  | 'citations.citedText'
  | 'citations.span'
  | 'detail'
  | 'freeform'
  | 'isError'
  | 'maxUses'
  | 'logprobs.tokenId'
  | 'name'
  | 'namespaced'
  | 'parameters'
  | 'role'
  | 'searchContextSize'
  | 'signature'
  | 'strict'
  | 'thoughtSignature'
  | 'title'
  | 'userLocation';

/** What stands in the brackets of a path: a block's kind, and what more is known of it. */
export interface BlockKind {
  readonly kind: string;
  /** Where the bytes of a medium are, `freeform` of a call, the own word of an opaque block. */
  readonly detail: string;
}

/** What a dialect calls the places of requests and answers that canonical paths point to. */
export interface FieldNames {
  /** What is not here has no name of its own, or came from the dialect itself and keeps its name. */
  readonly parameters: Readonly<Partial<Record<LossyParameter, string>>>;
  readonly properties: Readonly<Partial<Record<LossyProperty, string>>>;
  /** The turn of a role, such as `messages[]`. */
  turn(role: string): string;
  /** The object that holds a block's fields, such as `content[]`, within the turn of a role. `''` is the turn itself. */
  holder(kind: BlockKind, role: string): string;
  /** The block as a whole, within the turn of a role. */
  whole(kind: BlockKind, role: string): string;
  /** Where the pieces of a tool result stand, within its turn. */
  readonly results: string;
  readonly tool: {
    readonly holder: string;
    /** A tool that is no function, as a whole. */
    opaque(word: string): string;
    /** The object that holds the options of a tool that the provider runs itself. */
    options(word: string): string;
  };
  readonly answer: AnswerNames;
}

export interface AnswerNamesBeside {
  readonly citations?: string | undefined;
  readonly logprobs?: string | undefined;
}

/** The same for what an upstream answers. Blocks are named as in requests, within `message`. */
export interface AnswerNames {
  readonly choice: string;
  readonly message: string;
  /** Why the answer ended. */
  readonly finish: string;
  readonly stopSequence?: string | undefined;
  readonly cacheWrites?: string | undefined;
  /** Where the sources of a text and the probabilities of its tokens stand, where that is not within the text's own part. */
  readonly beside?: AnswerNamesBeside | undefined;
  holder(kind: BlockKind): string;
  whole(kind: BlockKind): string;
}
