import { isArray, isFilledString, isPresent, isRecord, type JsonRecord } from '../json-guards.js';
import type { Violations } from '../violations.js';

/** A part has exactly one of these. (Gemini API reference, Part) */
const DATA_FIELDS = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
];

/**
 * What is wrong with the turns of a conversation. The model's turn may come in several contents, and with an empty text:
 * Google's own SDK hands a stream back event by event.
 */
export function checkGeminiContents(violations: Violations, contents: readonly unknown[]): void {
  let previous: JsonRecord | undefined;
  for (const [index, value] of contents.entries()) {
    const path = `contents[${index}]`;
    const content = violations.record(value, path);
    if (content === undefined) continue;
    const role = content['role'];
    violations.require(role === 'user' || role === 'model', `${path}.role`, `${JSON.stringify(role)} is not a role`);
    if (index === 0) violations.require(role === 'user', `${path}.role`, 'must be user in the first turn');
    else {
      const goesOn = role === 'model' || role !== previous?.['role'];
      violations.require(goesOn, `${path}.role`, 'must not be that of the turn before');
    }
    for (const [place, part] of violations.filledArray(content['parts'], `${path}.parts`).entries()) {
      const record = violations.record(part, `${path}.parts[${place}]`);
      if (record !== undefined) checkPart(violations, record, { path: `${path}.parts[${place}]`, role });
    }
    if (role === 'model' && previous?.['role'] === 'model') {
      previous = { role, parts: [...partsOf(previous), ...partsOf(content)] };
      continue;
    }
    checkAnswers(violations, {
      path,
      calls: called(previous, 'functionCall'),
      results: called(content, 'functionResponse'),
    });
    previous = content;
  }
}

function partsOf({ parts }: JsonRecord): readonly unknown[] {
  return isArray(parts) ? parts : [];
}

function checkPart(
  violations: Violations,
  part: JsonRecord,
  { path, role }: { readonly path: string; readonly role: unknown },
): void {
  const present = DATA_FIELDS.filter((field) => isPresent(part[field]));
  violations.require(present.length === 1, path, `must have one of ${DATA_FIELDS.join(', ')}, not ${present.length}`);
  const mayBeEmpty = role === 'model' || isFilledString(part['thoughtSignature']);
  if (part['text'] === '') violations.require(mayBeEmpty, `${path}.text`, 'must not be empty');
  if (part['thought'] === true) violations.require(role === 'model', `${path}.thought`, 'belongs to model turns');
  const media = part['inlineData'];
  if (isPresent(media)) {
    const legal = isRecord(media) && isFilledString(media['mimeType']) && /^[\w+/-]+=*$/.test(String(media['data']));
    violations.require(legal, `${path}.inlineData`, 'must have a mimeType and base64 without a prefix');
  }
  const file = part['fileData'];
  if (isPresent(file)) {
    violations.require(isRecord(file) && isFilledString(file['fileUri']), `${path}.fileData.fileUri`, 'is required');
  }
  checkCall(violations, part, { path, role });
}

function checkCall(
  violations: Violations,
  part: JsonRecord,
  { path, role }: { readonly path: string; readonly role: unknown },
): void {
  const { functionCall: call, functionResponse: result } = part;
  if (isPresent(call)) {
    violations.require(role === 'model', `${path}.functionCall`, 'belongs to model turns');
    violations.require(isRecord(call) && isFilledString(call['name']), `${path}.functionCall.name`, 'is required');
    const args = isRecord(call) ? call['args'] : undefined;
    violations.require(args === undefined || isRecord(args), `${path}.functionCall.args`, 'must be an object');
  }
  if (isPresent(result)) {
    violations.require(role === 'user', `${path}.functionResponse`, 'belongs to user turns');
    violations.require(
      isRecord(result) && isFilledString(result['name']),
      `${path}.functionResponse.name`,
      'is required',
    );
    const response = isRecord(result) ? result['response'] : undefined;
    violations.require(isRecord(response), `${path}.functionResponse.response`, 'must be an object');
  }
}

interface Answers {
  readonly path: string;
  readonly calls: readonly string[];
  readonly results: readonly string[];
}

/** "The number of function response parts must equal the number of function call parts of the function call turn." */
function checkAnswers(violations: Violations, { path, calls, results }: Answers): void {
  const same = calls.toSorted().join(', ') === results.toSorted().join(', ');
  violations.require(
    same,
    path,
    `answers ${results.join(', ') || 'nothing'} where ${calls.join(', ') || 'nothing'} was called`,
  );
}

/** The functions that a turn calls, or answers for. */
function called(content: JsonRecord | undefined, field: 'functionCall' | 'functionResponse'): string[] {
  const parts = content?.['parts'];
  if (!Array.isArray(parts)) return [];
  return parts.flatMap((part: unknown) => {
    const value = isRecord(part) ? part[field] : undefined;
    return isRecord(value) ? [String(value['name'])] : [];
  });
}
