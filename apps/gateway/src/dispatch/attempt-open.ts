import type { AttemptDeadlines, Candidate, RoutingSettings } from '@switchyard/routing';
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
    deadlines: deadlinesOf(candidate, settings, options.leftMs),
    headers: forwardableHeaders(headers),
    rescuable: options.rescuable,
    resume: options.resume,
  };
}

/** What the candidate's target says of waiting, else its credential, else the settings; and no longer than what is left. */
function deadlinesOf(candidate: Candidate, { deadlines }: RoutingSettings, leftMs: number): AttemptDeadlines {
  const narrow = candidate.deadlines;
  const wide = candidate.credential.deadlines;
  const totalMs = narrow?.totalMs ?? wide?.totalMs ?? deadlines.totalMs;
  return {
    connectMs: narrow?.connectMs ?? wide?.connectMs ?? deadlines.connectMs,
    headersMs: narrow?.headersMs ?? wide?.headersMs ?? deadlines.headersMs,
    firstContentMs: narrow?.firstContentMs ?? wide?.firstContentMs ?? deadlines.firstContentMs,
    idleMs: narrow?.idleMs ?? wide?.idleMs ?? deadlines.idleMs,
    totalMs: Math.max(1, Math.round(Math.min(totalMs, leftMs))),
  };
}
