import { GatewayError } from '@switchyard/canonical';

/** @throws GatewayError `invalid_json`. */
export function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The parser's own message quotes the body.
    throw new GatewayError('invalid_json', 'the body is not valid JSON');
  }
}
