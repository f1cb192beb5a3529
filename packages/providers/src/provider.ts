import type { DialectId, Operation } from '@switchyard/canonical';

/** How a credential's secret goes upstream. */
export type AuthScheme =
  | { readonly type: 'bearer' }
  | { readonly type: 'header'; readonly name: string }
  | { readonly type: 'none' };

type OperationPaths = Partial<Readonly<Record<Exclude<Operation, 'chat'>, string>>>;

/**
 * How a model is made to go on with an answer: the conversation ends with the assistant's turn. A model that does not do
 * that answers anew, and most do so without an error, so only those whose vendor says it are named.
 */
export interface Prefill {
  /** Patterns with `*` of the models that do it. */
  readonly models: readonly string[];
  /** What the assistant's message has to say beside its text, in the words of the provider's dialect. */
  readonly mark?: Readonly<Record<string, unknown>> | undefined;
  /** The path that such a request goes to, where it is not that of every chat. */
  readonly path?: string | undefined;
  /** The vendor's document that says so. */
  readonly documentation: string;
}

/** What is particular to a provider, as data. A new provider is one folder and one line in the registry. */
export interface Provider {
  /** Names the provider in decisions, logs and metrics. */
  readonly slug: string;
  /** The key of its block in the configuration file. */
  readonly configKey: string;
  readonly displayName: string;
  /** Undefined where every entry must give its own. */
  readonly defaultBaseUrl?: string | undefined;
  /** What its chat endpoint speaks. */
  readonly dialect: DialectId;
  readonly auth: AuthScheme;
  /**
   * Appended to the base URL. Beside chat, each operation that the provider has an endpoint for. `{model}` stands for the
   * model's name; `chatStream` is for streams, and `embeddingsBatch` for lists, where they have a path of their own.
   */
  readonly paths: {
    readonly chat: string;
    readonly chatStream?: string | undefined;
    readonly embeddingsBatch?: string | undefined;
    readonly models: string;
  } & OperationPaths;
  /** Further endpoints for chat, by what they speak: a client that speaks it is served there, without a translation. */
  readonly alsoSpeaks?: Partial<Readonly<Record<DialectId, string>>> | undefined;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Client headers handed on, lower-case; a trailing `*` matches any ending. */
  readonly forwardedHeaders: readonly string[];
  /** Patterns with `*` of bare names that may be tried although neither named nor discovered. */
  readonly nativeModels: readonly string[];
  /** Undefined where no model of it is known to go on with an answer that was begun for it. */
  readonly prefill?: Prefill | undefined;
  /** The ceiling sent where the dialect requires one and the client gave none. */
  readonly defaultMaxOutputTokens?: number | undefined;
  /** How many texts one call for embeddings may have; more are asked for in several. Undefined where nothing is known. */
  readonly mostEmbeddingsPerCall?: number | undefined;
  /** Whether quota is counted per account or per model. */
  readonly quotaScope: 'account' | 'model';
  /** The vendor's documents this was read from. */
  readonly documentation: string;
}
