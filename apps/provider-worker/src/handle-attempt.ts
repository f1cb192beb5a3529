import { toGatewayError } from '@switchyard/canonical';
import type { Keyring } from '@switchyard/config';
import type { Logger, Tracing } from '@switchyard/telemetry';
import type { UpstreamClient } from '@switchyard/upstream';
import type { AttemptEnd, AttemptError, AttemptHandler, AttemptOpen } from '@switchyard/wire';

import { ruleFor, type ErrorRule } from './answer/error-rules.js';
import { hideSecret } from './answer/hide-secret.js';
import { AttemptReport } from './attempt-report.js';
import { AttemptDeadlines } from './call/attempt-deadlines.js';
import { YoungWaits } from './call/young-waits.js';
import { performAttempt } from './perform-attempt.js';
import { createTargetResolver, type Target, type TargetSource } from './prepare/resolve-target.js';
import { endAttemptSpan, startAttemptSpan } from './trace/attempt-span.js';

export interface AttemptDependencies {
  /** The worker's half of the newest snapshot. */
  readonly credentials: TargetSource;
  /** Opens the credentials' secrets, each sealed with the credential's id as its context. */
  readonly keyring: Keyring;
  readonly upstream: UpstreamClient;
  readonly tracing: Tracing;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/** Performs attempts. Whatever goes wrong is in the end that the handler returns. */
export function createAttemptHandler(dependencies: AttemptDependencies): AttemptHandler {
  const { tracing, logger, upstream, now = Date.now } = dependencies;
  const resolver = createTargetResolver(dependencies.credentials, dependencies.keyring);

  const young = new YoungWaits();

  return async (open, body, reply, signal) => {
    const report = new AttemptReport();
    const deadlines = new AttemptDeadlines(open, signal, young);
    let target: Target | undefined;
    let error: AttemptError | undefined;
    try {
      target = resolver.known(open.credentialId) ?? (await resolver.resolve(open.credentialId, deadlines.signal));
    } catch (thrown) {
      error = (deadlines.reason ?? toGatewayError(thrown)).toData();
    }
    const span = startAttemptSpan(tracing, open, target);
    try {
      if (target !== undefined) {
        error = await performAttempt({ open, body, reply, target, span, deadlines, report, upstream, now });
      }
    } catch (thrown) {
      const failure = deadlines.reason ?? toGatewayError(thrown);
      if (failure.code === 'internal') logger.error({ err: thrown, requestId: open.requestId }, 'an attempt broke');
      error = failure.toData();
    } finally {
      deadlines.close();
    }
    const end = endOf({ report, error, target, cancelled: deadlines.cancelled });
    endAttemptSpan(span, end);
    logAttempt(logger, open, end);
    return end;
  };
}

interface Ending {
  readonly report: AttemptReport;
  readonly error: AttemptError | undefined;
  readonly target: Target | undefined;
  readonly cancelled: boolean;
}

function endOf({ report, error, target, cancelled }: Ending): AttemptEnd {
  if (error === undefined) return report.end('success');
  return cancelled
    ? report.end('cancelled')
    : report.end('error', hideSecret(ruled(error, target?.credential.errorRules), target?.secret));
}

/** With what the operator's rules say of an error that came within an answer, where nobody had its text to look at. */
function ruled(error: AttemptError, rules: readonly ErrorRule[] = []): AttemptError {
  if (rules.length === 0 || error.rule !== undefined || error.upstream === undefined) return error;
  const { status, code, type } = error.upstream;
  const rule = ruleFor(rules, { status, text: [error.message, code, type].filter(Boolean).join(' ') });
  return rule === undefined ? error : { ...error, rule };
}

/** The gateway writes the line for the request; this one is for looking at a single worker. */
function logAttempt(logger: Logger, open: AttemptOpen, end: AttemptEnd): void {
  if (!logger.isLevelEnabled('debug')) return;
  const { requestId, ordinal, provider, credentialId, model, stream } = open;
  logger.debug(
    {
      requestId,
      ordinal,
      provider,
      credentialId,
      model,
      stream,
      outcome: end.outcome,
      code: end.error?.code,
      upstreamStatus: end.upstreamStatus,
      timings: end.timings,
    },
    'attempt',
  );
}
