import type { CacheMark } from './content.js';
import type { DialectId, Extensions } from './dialect-id.js';

/** The tools that more than one family of providers runs itself. */
export const SERVER_TOOL_KINDS = ['web-search', 'web-fetch', 'code-execution'] as const;
export type ServerToolKind = (typeof SERVER_TOOL_KINDS)[number];

/** A tool that the provider runs itself. What an option means is the same wherever a dialect has it. */
export interface ServerTool {
  readonly type: 'server-tool';
  readonly kind: ServerToolKind;
  /** What its own dialect calls it, down to the version; other dialects choose their own. */
  readonly native: { readonly dialect: DialectId; readonly type: string };
  /** How often the model may use it within one answer. */
  readonly maxUses?: number | undefined;
  readonly allowedDomains?: readonly string[] | undefined;
  readonly blockedDomains?: readonly string[] | undefined;
  readonly userLocation?: UserLocation | undefined;
  /** How much of what is found is shown to the model: `low`, `medium` or `high`. */
  readonly searchContextSize?: string | undefined;
  readonly cache?: CacheMark | undefined;
  readonly extensions?: Extensions | undefined;
}

/** About where the user is. */
export interface UserLocation {
  readonly city?: string | undefined;
  readonly region?: string | undefined;
  /** Two letters, as of ISO 3166-1. */
  readonly country?: string | undefined;
  /** A name of the IANA time zone database. */
  readonly timezone?: string | undefined;
}

/**
 * What a step of such a tool says to dialects other than its own. A provider tells call and result in one piece or in two;
 * `id` brings the two together, and where there is none they follow each other.
 */
export type ServerToolStep =
  | StepOf<'web-search', { readonly queries: readonly string[] }, { readonly sources: readonly WebSource[] }>
  | StepOf<'web-fetch', { readonly url: string }, object>
  | StepOf<'code-execution', { readonly code: string }, { readonly output: string }>;

export interface WebSource {
  readonly url: string;
  readonly title?: string | undefined;
}

interface StepOf<Tool extends ServerToolKind, Call, Result> {
  readonly tool: Tool;
  readonly id?: string | undefined;
  readonly call?: Call | undefined;
  readonly result?: (Result & { readonly isError?: boolean | undefined }) | undefined;
}
