import { lookUp, type DialectId, type Warning } from '@switchyard/canonical';

import { ANTHROPIC_FIELD_NAMES } from '../anthropic-messages/field-names.js';
import { GEMINI_FIELD_NAMES } from '../gemini/field-names.js';
import { CHAT_FIELD_NAMES } from '../openai-chat/field-names.js';
import { COMPLETIONS_FIELD_NAMES } from '../openai-completions/field-names.js';
import { RESPONSES_FIELD_NAMES } from '../openai-responses/field-names.js';
import type { AnswerNames, BlockKind, FieldNames } from './field-names.js';

const NAMES: Readonly<Record<DialectId, FieldNames>> = {
  'openai-chat': CHAT_FIELD_NAMES,
  'openai-completions': COMPLETIONS_FIELD_NAMES,
  'openai-responses': RESPONSES_FIELD_NAMES,
  'anthropic-messages': ANTHROPIC_FIELD_NAMES,
  gemini: GEMINI_FIELD_NAMES,
};

/** The warnings of a request's translation in the words of the client's dialect, each once. */
export function inClientWords(client: DialectId, warnings: readonly Warning[]): Warning[] {
  return unique(warnings.map((warning) => ({ ...warning, field: nameField(NAMES[client], warning.field) })));
}

/** The warnings of an answer's translation in the words of the upstream's dialect, each once; `response.` tells them apart. */
export function inUpstreamWords(upstream: DialectId, warnings: readonly Warning[]): Warning[] {
  return unique(
    warnings.map((warning) => ({ ...warning, field: `response.${nameAnswerField(NAMES[upstream], warning.field)}` })),
  );
}

function unique(warnings: readonly Warning[]): Warning[] {
  const seen = new Set<string>();
  return warnings.filter(({ type, field }) => {
    const isNew = !seen.has(`${type} ${field}`);
    seen.add(`${type} ${field}`);
    return isNew;
  });
}

const MESSAGE = /^messages\[(\w+)\]/;
const BLOCK = /^\.content\[([\w-]+)(?: ([^\]]*))?\]/;
const TOOL = /^tools\[(function|opaque|server) ?([^\]]*)\]/;
const CHOICE = /^choices\[\]/;

function nameField(names: FieldNames, field: string): string {
  const message = MESSAGE.exec(field);
  if (message !== null) return nameInTurn(names, message[1] ?? '', field.slice(message[0].length));
  const tool = TOOL.exec(field);
  if (tool !== null) return nameOfTool(names, [tool[1] ?? '', tool[2] ?? ''], field.slice(tool[0].length));
  return lookUp(names.parameters, field) ?? field;
}

function nameOfTool(
  { tool, properties }: FieldNames,
  [kind, word]: readonly [kind: string, word: string],
  rest: string,
): string {
  if (kind === 'opaque' || (kind === 'server' && rest === '')) return tool.opaque(word);
  const property = rest.slice(1);
  const holder = kind === 'server' ? tool.options(word) : join('tools[]', tool.holder);
  return join(holder, property === '' ? '' : (lookUp(properties, property) ?? property));
}

function nameInTurn(names: FieldNames, role: string, rest: string): string {
  // Instructions may have a place of their own, but only turns have a role.
  const turn = names.turn(rest === '.role' ? 'user' : role);
  const outer = readBlock(rest);
  if (outer === undefined) return join(turn, nameProperty(names, rest));
  const inner = readBlock(outer.rest);
  if (inner !== undefined) {
    const alone = { ...names, holder: () => '', whole: wordAlone(names) };
    return nameInBlock(alone, join(turn, names.results), inner);
  }
  const holder = (kind: BlockKind) => names.holder(kind, role);
  const whole = (kind: BlockKind) => names.whole(kind, role);
  return nameInBlock({ ...names, holder, whole }, turn, outer);
}

/** The last word of a block's name: the pieces of a tool result are told apart by it. */
function wordAlone({ whole }: Pick<FieldNames, 'whole'>) {
  return (kind: BlockKind): string => whole(kind, 'user').split('.').at(-1) ?? '';
}

interface ReadBlock {
  readonly kind: BlockKind;
  readonly rest: string;
}

function readBlock(path: string): ReadBlock | undefined {
  const match = BLOCK.exec(path);
  if (match === null) return undefined;
  return { kind: { kind: match[1] ?? '', detail: match[2] ?? '' }, rest: path.slice(match[0].length) };
}

type BlockNames = Pick<FieldNames, 'properties'> & Pick<AnswerNames, 'holder' | 'whole'>;

function nameInBlock(names: BlockNames, turn: string, { kind, rest }: ReadBlock): string {
  if (rest === '') return join(turn, names.whole(kind));
  // openai-responses keeps what is true of a message as a whole with its last part.
  if (rest.startsWith(OF_MESSAGE)) return join(turn, rest.slice(OF_MESSAGE.length));
  return join(turn, names.holder(kind), nameProperty(names, rest));
}

const OF_MESSAGE = '.message.';

function nameProperty({ properties }: Pick<FieldNames, 'properties'>, rest: string): string {
  const property = rest.slice(1);
  if (!property.startsWith(OF_CITATION)) return lookUp(properties, property) ?? property;
  const inner = lookUp(properties, property) ?? property.slice(OF_CITATION.length);
  return join(`${lookUp(properties, 'citations') ?? 'citations'}[]`, inner);
}

const OF_CITATION = 'citations.';

function nameAnswerField(names: FieldNames, field: string): string {
  const { answer, properties } = names;
  const choice = CHOICE.exec(field);
  if (choice === null) return field === 'usage.cacheWrites' ? (answer.cacheWrites ?? field) : field;
  const rest = field.slice(choice[0].length);
  const block = readBlock(rest);
  const beside = block && nameBeside(names, block.rest);
  if (beside !== undefined) return beside;
  if (block !== undefined) return nameInBlock({ ...answer, properties }, answer.message, block);
  if (rest === '') return answer.choice;
  if (rest === '.finish') return answer.finish;
  if (rest === '.stopSequence') return answer.stopSequence ?? 'stop_sequence';
  // What a stream tells of the whole answer at its end stands with the choice.
  if (rest.startsWith('.response.')) return rest.slice('.response.'.length);
  return join(answer.choice, rest.slice(1));
}

/** The name of what a dialect tells of a text elsewhere; undefined for anything else. */
function nameBeside({ answer, properties }: FieldNames, rest: string): string | undefined {
  const [, kind = '', property = ''] = /^\.(citations|logprobs)(?:\.(.*))?$/.exec(rest) ?? [];
  const place = kind === 'citations' || kind === 'logprobs' ? answer.beside?.[kind] : undefined;
  if (property === '') return place?.replace(/\[\]$/, '');
  return place && join(place, lookUp(properties, `${kind}.${property}`) ?? property);
}

function join(...steps: readonly string[]): string {
  return steps.filter((step) => step !== '').join('.');
}
