import type { Block, CacheMark, NamespacedName } from './content.js';
import type { Extensions } from './dialect-id.js';
import type { ServerTool, ServerToolKind } from './server-tool.js';

/**
 * One turn. Tool results are blocks of a `user` turn, tool calls blocks of an `assistant` turn.
 * `system` and `developer` turns keep their place in the conversation.
 */
export interface Message {
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  readonly content: readonly Block[];
  /** The speaker's name, where the client gave one. */
  readonly name?: string | undefined;
  readonly extensions?: Extensions | undefined;
}

export interface ToolDefinition {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string | undefined;
  /** A JSON schema; undefined where the client gave none. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly strict?: boolean | undefined;
  /**
   * Set for a tool that takes free text. `parameters` then ask for an object with the one string `input`, so that a
   * dialect without such tools sends it like any other; the call comes back as freeform where the client speaks of it so.
   */
  readonly freeform?: FreeformTool | undefined;
  readonly namespaced?: NamespacedName | undefined;
  readonly cache?: CacheMark | undefined;
  readonly extensions?: Extensions | undefined;
}

export interface FreeformTool {
  /** What the text must look like, in the words of the dialect that has freeform tools. */
  readonly format?: Readonly<Record<string, unknown>> | undefined;
}

/** A tool that only its own dialect understands (computer use, remote servers and the like). */
export interface OpaqueTool {
  readonly type: 'opaque';
  readonly dialect: keyof Extensions;
  readonly value: Readonly<Record<string, unknown>>;
}

export type Tool = ToolDefinition | ServerTool | OpaqueTool;

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'none' }
  | { readonly type: 'required' }
  | { readonly type: 'tool'; readonly name: string }
  | { readonly type: 'server-tool'; readonly kind: ServerToolKind };

export const REASONING_EFFORTS = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ReasoningEffort = (typeof REASONING_EFFORTS)[number];

/** How much the model is asked to think. */
export type ReasoningRequest =
  | { readonly type: 'off' }
  | { readonly type: 'auto' }
  | { readonly type: 'effort'; readonly effort: ReasoningEffort }
  | { readonly type: 'budget'; readonly tokens: number };

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json-object' }
  | {
      readonly type: 'json-schema';
      readonly name?: string | undefined;
      readonly description?: string | undefined;
      readonly schema: Readonly<Record<string, unknown>>;
      readonly strict?: boolean | undefined;
    };

/** A chat request in neutral form. */
export interface CanonicalRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice | undefined;
  readonly parallelToolCalls?: boolean | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly stopSequences?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly choiceCount?: number | undefined;
  readonly logprobs?: { readonly top?: number | undefined } | undefined;
  readonly reasoning?: ReasoningRequest | undefined;
  /** How the model's reasoning is to be summarised for the client, where the dialect asks for that. */
  readonly reasoningSummary?: string | undefined;
  /** Whether an openai-responses client asked for the encrypted content of reasoning, to hand it back itself. */
  readonly includeReasoningProof?: boolean | undefined;
  /** Whether the client's dialect hands reasoning back with its proof without being asked to. */
  readonly returnsReasoning?: boolean | undefined;
  readonly responseFormat?: ResponseFormat | undefined;
  /** An opaque id of the end user, for the provider's abuse checks. */
  readonly userId?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly serviceTier?: string | undefined;
  /** Whether the provider is to keep the answer for later reference; undefined where the client's dialect means no. */
  readonly store?: boolean | undefined;
  /**
   * The client's parameters that point to what only its own API's server keeps, such as `previous_response_id`. The request
   * is not whole without them, so every other dialect refuses it with `untranslatable_field`.
   */
  readonly serverState?: readonly string[] | undefined;
  /** Whether an openai-chat client asked for a usage chunk at the end of its stream; undefined for other clients. */
  readonly includeUsage?: boolean | undefined;
  readonly extensions?: Extensions | undefined;
}
