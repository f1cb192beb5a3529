import { WireProtocolError } from './frame/protocol-error.js';
import { encodeJson, goawaySchema, parseJsonAs, serverHelloSchema } from './schema.js';

describe('the JSON of a connection', () => {
  it('carries hello and goaway, and ignores what it does not know', () => {
    const hello = { version: 2, providers: ['groq'] };
    expect(parseJsonAs(serverHelloSchema, encodeJson(hello))).toEqual(hello);
    const goaway = { reason: 'draining', message: 'm', lastStreamId: 3 } as const;
    expect(parseJsonAs(goawaySchema, Buffer.from(JSON.stringify({ ...goaway, extra: true })))).toEqual(goaway);
  });

  it('is refused with the name of the field that is wrong, and not its value', () => {
    const wrong = { version: 2, providers: [{ secret: 'prompt' }] };
    const parse = (): unknown => parseJsonAs(serverHelloSchema, Buffer.from(JSON.stringify(wrong)));
    expect(parse).toThrow(WireProtocolError);
    expect(parse).toThrow(/providers\.0/);
    expect(parse).not.toThrow(/prompt/);
  });

  it('is refused where it is none', () => {
    expect(() => parseJsonAs(goawaySchema, Buffer.from('{"reason":'))).toThrow(WireProtocolError);
  });
});
