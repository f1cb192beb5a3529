import { GatewayError } from '@switchyard/canonical';

/** @throws GatewayError `upstream_malformed` for what is not JSON. */
export function parseAnswer(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's own message quotes the answer.
    const what = bytes.length === 0 ? 'an empty body' : 'a body that is not valid JSON';
    throw new GatewayError('upstream_malformed', `the upstream answered with ${what}`);
  }
}

/**
 * The status an error inside a successful answer stands for. Aggregators answer 200 before they know whether the provider
 * behind them will. (OpenRouter API reference, errors: `error.code` is the status)
 */
export function errorStatusWithin(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('error' in value)) return undefined;
  const { error } = value;
  if (typeof error !== 'object' || error === null) return undefined;
  const status = 'code' in error ? Number(error.code) : Number.NaN;
  return status >= 400 && status < 600 ? status : 502;
}
