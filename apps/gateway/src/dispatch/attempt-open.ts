import type { Candidate, RoutingSettings } from '@switchyard/routing';
import type { AttemptOpen, Resume } from '@switchyard/wire';

import { forwardableHeaders, headerOf } from '../accept/client-headers.js';
import type { RequestContext } from '../accept/request-context.js';

export interface OpenOptions {
  readonly candidate: Candidate;
  readonly ordinal: number;
  /** The resolved name, without its thinking suffix. */
  readonly requestedModel: string;
  readonly settings: RoutingSettings;
  /** Milliseconds of the request's total deadline that are left. */
  readonly leftMs: number;
  readonly rescuable: boolean;
  readonly resume?: Resume | undefined;
}

/** The wire's message for one attempt of a request. */
export function attemptOpen(context: RequestContext, options: OpenOptions): AttemptOpen {
  const { candidate, settings } = options;
  const { headers } = context.request;
  const deadlines = { ...settings.deadlines, ...candidate.credential.deadlines, ...candidate.deadlines };
  return {
    requestId: context.requestId,
    ordinal: options.ordinal,
    traceparent: context.span.traceparent,
    tracestate: context.span.tracestate,
    dialect: context.surface.dialect,
    operation: context.surface.operation,
    stream: context.facts?.stream ?? false,
    framing: context.surface.framing,
    provider: candidate.credential.provider,
    credentialId: candidate.credential.id,
    model: candidate.model,
    requestedModel: options.requestedModel,
    modelAt: context.facts?.modelAt,
    thinking: candidate.thinking,
    strict: headerOf(headers, 'x-switchyard-strict')?.toLowerCase() === 'true',
    answerModel: candidate.answerModel,
    deadlines: { ...deadlines, totalMs: Math.max(1, Math.round(Math.min(deadlines.totalMs, options.leftMs))) },
    headers: forwardableHeaders(headers),
    rescuable: options.rescuable,
    resume: options.resume,
  };
}
