import { DIALECT_IDS, foldStream, unfoldResponse, type DialectId } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { decodeStream, encodeStream, options, scan } from '../laws/stream-bytes.js';
import { dialectById } from '../registry/dialects.js';
import { inUpstreamWords } from './name-field.js';
import { ANSWER_FIELDS } from './table/answer-fields.js';
import type { DeclaredAnswerField } from './table/declared-answer-field.js';
import { UPSTREAM_DIALECTS, type UpstreamDialect } from './table/fate.js';
import { answerFateOf } from './table/translation-table.js';

interface Translated {
  readonly text: string;
  readonly lost: readonly string[];
}

function translateWhole(upstream: UpstreamDialect, client: DialectId, sample: JsonObject): Translated {
  const response = dialectById(upstream).decodeResponse(sample);
  const { value, warnings } = dialectById(client).encodeResponse(response, options);
  return { text: JSON.stringify(value), lost: listed(upstream, warnings) };
}

/**
 * As the upstream would have streamed it. The state of the encoder moves to another worker after every event. Our own
 * encoders write no word that they do not know, so the strange ends of answers come as they were read.
 */
function translateStream(upstream: UpstreamDialect, client: DialectId, field: DeclaredAnswerField): Translated {
  const told = unfoldResponse(dialectById(upstream).decodeResponse(field.sample));
  const bytes = encodeStream(dialectById(upstream), told);
  const events = field.capability.startsWith('finish') ? told : decodeStream(dialectById(upstream), scan([bytes]));
  expect(foldStream(events).error).toBeUndefined();
  let text = '';
  let encoder = dialectById(client).createStreamEncoder(options);
  for (const event of events) {
    text += encoder.next(event);
    encoder = dialectById(client).createStreamEncoder(options, JSON.parse(JSON.stringify(encoder.state)));
  }
  return { text, lost: listed(upstream, encoder.warnings) };
}

function listed(upstream: UpstreamDialect, warnings: Parameters<typeof inUpstreamWords>[1]): string[] {
  return inUpstreamWords(upstream, warnings).map(({ type, field }) => `${type} ${field.replace(/^response\./, '')}`);
}

/** A declared name as a pattern: `*` stands for whatever the upstream wrote there. */
function patternOf(field: string): RegExp {
  const parts = field.split('*').map((part) => part.replaceAll(/[.[\]]/g, String.raw`\$&`));
  return new RegExp(`^(?:dropped|approximated) ${parts.join(String.raw`\w+`)}$`);
}

function marksIn(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('mark') && !value.startsWith('{') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(marksIn);
}

const CASES = UPSTREAM_DIALECTS.flatMap((upstream) =>
  DIALECT_IDS.filter((client) => client !== upstream).flatMap((client) =>
    ANSWER_FIELDS[upstream].map((field) => {
      const title = field.when === undefined ? field.field : `${field.field} (${field.when})`;
      return { title, client, upstream, field, fate: answerFateOf(upstream, field, client) };
    }),
  ),
);

describe('what becomes of an answer, as the table declares it', () => {
  it.each(CASES)('$upstream to $client: $title is $fate.type', ({ client, upstream, field, fate }) => {
    const declared = ANSWER_FIELDS[upstream].map((other) => patternOf(other.field));
    const whole = translateWhole(upstream, client, field.sample);
    const streamed = translateStream(upstream, client, field);
    expect([...streamed.lost].sort()).toEqual([...whole.lost].sort());
    for (const { text, lost } of [whole, streamed]) {
      const own = lost.filter((loss) => patternOf(field.field).test(loss));
      expect(own.map((loss) => loss.split(' ')[0])).toEqual(fate.type === 'carried' ? [] : [fate.type]);
      expect(lost.filter((loss) => !declared.some((pattern) => pattern.test(loss)))).toEqual([]);
      if (fate.type !== 'carried') continue;
      if (field.capability.startsWith('finish')) continue;
      const marks = marksIn(field.sample);
      expect(marks).not.toEqual([]);
      expect(marks.filter((mark) => !text.includes(mark))).toEqual([]);
    }
  });
});
