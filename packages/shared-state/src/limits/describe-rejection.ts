import type { Amounts, LimitRule, Verdict } from './limiter.js';
import { neededBy } from './rule-meter.js';

/**
 * What a client is told of a rejection: which limit, and what helps. It names the kind of limit and its size, but neither the
 * key nor the tenant, which are the client's own.
 */
export function describeRejection(
  { rule, reason, retryAfterMs }: Extract<Verdict, { type: 'rejected' }>,
  estimate: Amounts,
): string {
  const limit = `the ${ownerOf(rule)}'s limit of ${describeLimit(rule)}`;
  if (reason === 'too-large') {
    const needed = describeAmount(rule.measure, neededBy(rule.measure, estimate));
    return `This request alone may need ${needed}, which is more than ${limit} ever allows. Lower its output ceiling or shorten it.`;
  }
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return `This request would exceed ${limit}. Retry in ${counted(seconds, 'second')}.`;
}

function ownerOf({ scope }: LimitRule): string {
  const [owner, , of] = scope.split(':');
  return of === 'model' ? `${owner}'s model` : `${owner}`;
}

function describeLimit({ measure, limit, window }: LimitRule): string {
  const amount = describeAmount(measure, limit);
  if (measure === 'concurrent') return amount;
  if (window === undefined || (window.type === 'rolling' && window.ms === 60_000)) return `${amount} per minute`;
  return window.type === 'calendar' ? `${amount} per ${window.unit}` : `${amount} in any ${describeSpan(window.ms)}`;
}

function describeAmount(measure: LimitRule['measure'], amount: number): string {
  if (measure === 'usd-micros') return `${(amount / 1e6).toFixed(2)} US dollars`;
  if (measure === 'concurrent') return `${counted(amount, 'request')} at once`;
  return counted(amount, measure === 'tokens' ? 'token' : 'request');
}

const SPANS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

function describeSpan(ms: number): string {
  const [name, length] = SPANS.find(([, size]) => ms % size === 0) ?? ['millisecond', 1];
  return ms === length ? name : counted(ms / length, name);
}

function counted(amount: number, name: string): string {
  return `${amount} ${name}${amount === 1 ? '' : 's'}`;
}
