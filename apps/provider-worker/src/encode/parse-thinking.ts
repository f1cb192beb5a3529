import { GatewayError, REASONING_EFFORTS, type ReasoningRequest } from '@switchyard/canonical';

/** What stood in the parentheses of `model(high)`, as routing let it through: an effort, `none`, `auto`, or tokens. */
export function parseThinking(suffix: string): ReasoningRequest {
  const effort = REASONING_EFFORTS.find((candidate) => candidate === suffix);
  if (effort !== undefined) return { type: 'effort', effort };
  if (suffix === 'none' || /^0+$/.test(suffix)) return { type: 'off' };
  if (suffix === 'auto' || suffix === '-1') return { type: 'auto' };
  if (/^\d+$/.test(suffix)) return { type: 'budget', tokens: Number(suffix) };
  const message = `(${suffix}) behind the model is not an effort, none, auto or a number of tokens`;
  throw new GatewayError('invalid_request', message, { param: 'model' });
}
