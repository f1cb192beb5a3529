import { DIALECT_IDS, type DialectId } from '@switchyard/canonical';

import { ANSWER_FIELDS } from './answer-fields.js';
import { UPSTREAM_DIALECTS, type Fate } from './fate.js';
import { answerFateOf, fateOf, REQUEST_FIELDS } from './translation-table.js';

const MARKS = { carried: '✓', approximated: '≈', dropped: '✗', refused: '⊘' } as const;

interface Row {
  readonly label: string;
  readonly fates: readonly Fate[];
}

/** docs/translation.md, from the declared table. */
export function renderTranslation(): string {
  const requests = DIALECT_IDS.map((client) => {
    const rows = REQUEST_FIELDS[client].map((field) => {
      return { label: labelOf(field), fates: UPSTREAM_DIALECTS.map((upstream) => fateOf(client, field, upstream)) };
    });
    return renderTable(`Requests of ${client} clients`, ['Field', ...UPSTREAM_DIALECTS], rows);
  });
  const answers = UPSTREAM_DIALECTS.map((upstream) => {
    const rows = ANSWER_FIELDS[upstream].map((field) => {
      return { label: labelOf(field), fates: DIALECT_IDS.map((client) => answerFateOf(upstream, field, client)) };
    });
    return renderTable(`Answers of ${upstream} upstreams`, ['Field', ...DIALECT_IDS], rows);
  });
  return [PREFACE, renderCounts(), ...requests, ANSWER_PREFACE, ...answers].join('\n');
}

const PREFACE = `# What translation keeps

<!-- Written by \`npm run generate\` from packages/dialects/src/losses/table; a test fails when the two differ. -->

Where client and upstream speak one dialect, the client's bytes go on as they are. Between two dialects every field has
one of four fates:

| | |
|---|---|
| ✓ carried | it arrives, under the name that it has there |
| ≈ approximated | the nearest thing goes instead; the note says how |
| ✗ dropped | it does not arrive; the note says why |
| ⊘ refused | the request makes no sense without it: 400 \`untranslatable_field\` that names it |

A dropped field is never silent. Its name stands in \`x-switchyard-dropped\` as the client writes it, with \`[]\` for every
place of a list, and in the request's log line; \`x-switchyard-strict: true\` makes it a 400 whose \`param\` it is.
A field that we do not know is dropped under its own name wherever it stands, in messages, parts and tools as well.

What a model cannot do beyond its dialect is noted in the same way and is not listed here: levels and budgets of thinking
are converted to what the model takes, and sampling parameters that a model refuses are left out. The table speaks of
models that have levels of thinking and free sampling, and of search models of openai-chat: others cannot search there.
A server tool beside functions is dropped for gemini, which takes both only from clients that hand its steps back.
`;

const ANSWER_PREFACE = `# Answers

Names are the upstream's own. Warnings and headers put \`response.\` before them, to tell them from the request's. Whole
answers and streams lose the same; what a stream loses after its first content is known too late for the header, and stands
in the log line only. A source that a stream tells only after the text it is of has ended goes to clients of the upstream's
own dialect alone. Where a dialect says which piece of a text rests on a source, places are converted: openai-chat and
openai-responses count code points, gemini counts bytes of UTF-8. What an openai-responses upstream repeats of its request is no loss.
`;

function labelOf({ field, when }: { readonly field: string; readonly when?: string | undefined }): string {
  return when === undefined ? `\`${field}\`` : `\`${field}\`: ${when}`;
}

function renderTable(title: string, columns: readonly string[], rows: readonly Row[]): string {
  const notes: string[] = [];
  const lines = rows.map(
    ({ label, fates }) => `| ${[label, ...fates.map((fate) => renderFate(fate, notes))].join(' | ')} |`,
  );
  const head = [`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`];
  const list = notes.map((note, index) => `${index + 1}. ${note}`);
  return [`## ${title}`, '', ...head, ...lines, '', ...list, ''].join('\n');
}

/** A mark, with the number of its note. Notes that say the same are one. */
function renderFate(fate: Fate, notes: string[]): string {
  if (fate.type === 'carried') return MARKS.carried;
  const known = notes.indexOf(fate.note);
  const number = known === -1 ? notes.push(fate.note) : known + 1;
  return `${MARKS[fate.type]} ${number}`;
}

/** How many of a client's declared fields have which fate at each upstream. */
function renderCounts(): string {
  const rows = DIALECT_IDS.map(
    (client) => `| ${[client, ...UPSTREAM_DIALECTS.map((upstream) => countsOf(client, upstream))].join(' | ')} |`,
  );
  const head = [`| Client | ${UPSTREAM_DIALECTS.join(' | ')} |`, `|${'---|'.repeat(UPSTREAM_DIALECTS.length + 1)}`];
  return ['## At a glance', '', ...head, ...rows, ''].join('\n');
}

function countsOf(client: DialectId, upstream: (typeof UPSTREAM_DIALECTS)[number]): string {
  if (client === upstream) return 'as it is';
  const fates = REQUEST_FIELDS[client].map((field) => fateOf(client, field, upstream).type);
  const kinds = ['carried', 'approximated', 'dropped', 'refused'] as const;
  return kinds
    .map((kind) => ({ kind, count: fates.filter((fate) => fate === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${MARKS[kind]} ${count}`)
    .join(', ');
}
