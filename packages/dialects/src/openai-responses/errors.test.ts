import { scan } from '../laws/stream-bytes.js';
import { openaiResponses } from './dialect.js';

describe('errors', () => {
  it('read an answer of OpenAI with its own code, message and wait', () => {
    const body = JSON.stringify({
      error: {
        message: "Unsupported parameter: 'temperature'",
        type: 'invalid_request_error',
        param: 'temperature',
        code: 'unsupported_parameter',
      },
    });
    expect(openaiResponses.decodeError({ status: 400, headers: {}, body }, 0)).toMatchObject({
      code: 'upstream_invalid_request',
      param: 'temperature',
      upstream: { status: 400, code: 'unsupported_parameter' },
    });
    const limited = openaiResponses.decodeError({ status: 429, headers: { 'retry-after': '7' }, body: '{}' }, 0);
    expect(limited).toMatchObject({ code: 'upstream_rate_limited', retryAfterMs: 7000 });
  });

  it("go out in OpenAI's shape, whole and within a stream", () => {
    const error = { code: 'untranslatable_field', message: 'no', status: 400, param: 'previous_response_id' } as const;
    const told = {
      message: 'no',
      type: 'invalid_request_error',
      param: 'previous_response_id',
      code: 'untranslatable_field',
    };
    const { status, body } = openaiResponses.encodeError(error, 'req_1');
    expect({ status, body: JSON.parse(body) }).toEqual({ status: 400, body: { error: told } });
    const [event] = scan([Buffer.from(openaiResponses.encodeStreamError(error, 'req_1'))]);
    expect(event?.event).toBe('error');
    const { type: _type, ...fields } = told;
    expect(JSON.parse(event?.data ?? '')).toEqual({ type: 'error', ...fields, error: told, sequence_number: 0 });
  });
});
