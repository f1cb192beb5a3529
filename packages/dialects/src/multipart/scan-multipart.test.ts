import { GatewayError } from '@switchyard/canonical';
import fc from 'fast-check';

import { isMultipart } from './boundary.js';
import { patchMultipartModel, scanMultipart } from './scan-multipart.js';

const BOUNDARY = '----formdata-0123';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

interface Field {
  readonly headers: string;
  readonly value: string | Buffer;
}

function field(name: string, value: string | Buffer): Field {
  return { headers: `Content-Disposition: form-data; name="${name}"`, value };
}

function form(...fields: readonly Field[]): Buffer {
  const pieces = fields.flatMap(({ headers, value }) => [
    Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

const FILE: Field = {
  headers: 'Content-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav',
  value: Buffer.from([0, 255, 13, 10, 45, 45, 13, 10, 13, 10]),
};

/** The code of what is thrown, which must be ours. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('scanMultipart', () => {
  it('finds the fields among files, whatever their order', () => {
    const body = form(FILE, field('user', 'u-1'), field('model', 'one/whisper'), field('stream', 'true'));
    expect(scanMultipart(body, TYPE)).toMatchObject({ model: 'one/whisper', stream: true, user: 'u-1' });
    const quoted = scanMultipart(
      form(field('model', 'm')),
      `Multipart/Form-Data; charset=utf-8; boundary="${BOUNDARY}"`,
    );
    expect(quoted).toMatchObject({ model: 'm', stream: false });
  });

  it('patches the model and no other byte', () => {
    const body = form(field('prompt', 'model'), field('model', 'alias'), FILE);
    const patched = patchMultipartModel(body, scanMultipart(body, TYPE), 'upstream/näme');
    expect(patched).toEqual(form(field('prompt', 'model'), field('model', 'upstream/näme'), FILE));
    expect(patchMultipartModel(body, scanMultipart(body, TYPE), 'alias')).toBe(body);
  });

  it.each([
    ['no model', form(FILE), 'invalid_request'],
    ['an empty model', form(field('model', '')), 'invalid_request'],
    ['two models', form(field('model', 'a'), field('model', 'b')), 'duplicate_field'],
    ['a model in capitals', form(field('Model', 'a')), 'duplicate_field'],
    ['a model in escapes', form(field('mo\\del', 'a'), field('model', 'b')), 'duplicate_field'],
    ['a model with a line break', form(field('model', 'a\r\nb')), 'invalid_request'],
    [
      'a model that is a file',
      form({ headers: 'Content-Disposition: form-data; name="model"; filename="m"', value: 'a' }),
      'invalid_request',
    ],
    [
      'a model in base64',
      form({
        ...field('model', 'YQ=='),
        headers: `${field('model', '').headers}\r\nContent-Transfer-Encoding: base64`,
      }),
      'invalid_request',
    ],
    [
      'a name in the extended form',
      form({ headers: "Content-Disposition: form-data; name*=utf-8''model", value: 'a' }, field('model', 'b')),
      'invalid_request',
    ],
    [
      'two names',
      form({ headers: 'Content-Disposition: form-data; name="x"; name="model"', value: 'a' }, field('model', 'b')),
      'invalid_request',
    ],
    [
      'two dispositions',
      form({ headers: `${field('x', '').headers}\r\n${field('model', '').headers}`, value: 'a' }, field('model', 'b')),
      'invalid_request',
    ],
    [
      'a boundary behind a bare line feed',
      form(field('model', 'a'), {
        ...FILE,
        value: `\n--${BOUNDARY}\nContent-Disposition: form-data; name="model"\n\nb`,
      }),
      'invalid_request',
    ],
    ['no end', form(field('model', 'a')).subarray(0, -6), 'invalid_request'],
    ['something behind the end', Buffer.concat([form(field('model', 'a')), Buffer.from('x')]), 'invalid_request'],
    ['something before the start', Buffer.concat([Buffer.from('x\r\n'), form(field('model', 'a'))]), 'invalid_request'],
    ['a stream of no boolean', form(field('model', 'a'), field('stream', 'maybe')), 'invalid_request'],
    ['a thousand and one parts', form(...Array.from({ length: 1_001 }, () => field('x', ''))), 'invalid_request'],
    ['nothing', Buffer.alloc(0), 'invalid_request'],
  ])('refuses %s', (_name, body, code) => {
    expect(refusal(() => scanMultipart(body, TYPE))).toMatch(new RegExp(`^${code}: `));
  });

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `${TYPE}; boundary=other`,
    'multipart/form-data; boundary="a\\"b"',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
    `${TYPE}; something`,
    'multipart/form-data; boundary="ends with a space "',
  ])('refuses the content type %s', (type) => {
    expect(refusal(() => scanMultipart(form(field('model', 'a')), type))).toContain('one valid boundary');
  });

  it('reads what a form holds, whatever is in it', () => {
    const name = fc.stringMatching(/^[a-z_[\]]{1,12}$/).filter((text) => !['model', 'stream', 'user'].includes(text));
    const value = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    const others = fc.array(fc.tuple(name, value), { maxLength: 5 });
    const model = fc.stringMatching(/^[\w./:-]{1,40}$/);
    fc.assert(
      fc.property(others, model, fc.nat(5), model, (fields, asked, place, upstream) => {
        const all = fields.map(([key, bytes]) => field(key, bytes));
        const body = form(...all.toSpliced(place, 0, field('model', asked)));
        const facts = scanMultipart(body, TYPE);
        expect(facts.model).toBe(asked);
        expect(patchMultipartModel(body, facts, upstream)).toEqual(
          form(...all.toSpliced(place, 0, field('model', upstream))),
        );
      }),
    );
  });

  it('throws nothing but typed errors, whatever bytes it is given', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.constantFrom('\r\n', '\r\n\r\n', `--${BOUNDARY}`, '--', field('model', '').headers, 'm', '"', ';', '\\'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.string(), (pieces, type) => {
        const body = Buffer.from(pieces.join(''), 'latin1');
        refusal(() => scanMultipart(body, TYPE));
        refusal(() => scanMultipart(body, `multipart/form-data${type}`));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('isMultipart', () => {
  it('knows a form by its content type', () => {
    expect([TYPE, 'MULTIPART/FORM-DATA', ' multipart/form-data ;x'].map(isMultipart)).toEqual([true, true, true]);
    expect([undefined, '', 'application/json', 'multipart/form-data-x'].map(isMultipart)).toEqual(
      Array.from({ length: 4 }, () => false),
    );
  });
});
