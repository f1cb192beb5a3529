import { isArray, isFilledString, isRecord, type JsonRecord } from '../json-guards.js';
import { Violations } from '../violations.js';
import type { SurfaceOperation } from './surface.js';

/** The fields of each operation. A name without `?` must be there. (OpenAI API reference; Anthropic, count tokens; Cohere, rerank) */
const FIELDS: Readonly<Record<SurfaceOperation, readonly string[]>> = {
  'count-tokens': ['model', 'messages', 'system?', 'tools?', 'tool_choice?', 'thinking?', 'output_config?'],
  'responses-compact': ['model', 'input', 'instructions?', 'previous_response_id?'],
  embeddings: ['model', 'input', 'dimensions?', 'encoding_format?', 'user?'],
  'images-generations': [
    'model',
    'prompt',
    'n?',
    'size?',
    'quality?',
    'stream?',
    'partial_images?',
    'response_format?',
  ],
  'images-edits': ['model', 'prompt', 'image', 'mask?', 'n?', 'size?', 'stream?'],
  'audio-speech': ['model', 'input', 'voice', 'response_format?', 'speed?', 'stream_format?', 'instructions?'],
  'audio-transcriptions': ['model', 'file', 'language?', 'prompt?', 'response_format?', 'stream?', 'temperature?'],
  rerank: ['model', 'query', 'documents', 'top_n?', 'return_documents?'],
  moderations: ['model', 'input'],
  completions: [
    'model',
    'prompt',
    'suffix?',
    'echo?',
    'logprobs?',
    'best_of?',
    'max_tokens?',
    'stream?',
    'n?',
    'stop?',
  ],
};

/** Which of them come as a form. */
const FORMS: ReadonlySet<SurfaceOperation> = new Set(['images-edits', 'audio-transcriptions']);

/** What is wrong with the body of a request beside chat. The form is read by the parser of fetch. */
export async function checkSurfaceRequest(
  operation: SurfaceOperation,
  request: { readonly contentType: string; readonly body: Buffer },
): Promise<readonly string[]> {
  const violations = new Violations();
  const fields = FORMS.has(operation) ? await formFields(request) : jsonFields(request);
  if (fields === undefined) {
    violations.add('body', FORMS.has(operation) ? 'is not a form' : 'is not a JSON object as application/json');
    return violations.list;
  }
  checkFields(violations, fields, FIELDS[operation]);
  return violations.list;
}

function checkFields(violations: Violations, fields: JsonRecord, declared: readonly string[]): void {
  const names = declared.map((name) => name.replace('?', ''));
  for (const name of declared.filter((candidate) => !candidate.endsWith('?'))) {
    const value = fields[name];
    const filled = isFilledString(value) || (isArray(value) && value.length > 0) || value instanceof File;
    violations.require(filled, name, 'is required');
  }
  for (const name of Object.keys(fields)) {
    violations.require(names.includes(name), name, 'is not of this operation');
  }
  violations.require(typeof fields['model'] === 'string', 'model', 'must be one text');
}

function jsonFields({ contentType, body }: { readonly contentType: string; readonly body: Buffer }) {
  if (!contentType.startsWith('application/json')) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A field that is there more than once becomes a list. */
async function formFields({ contentType, body }: { readonly contentType: string; readonly body: Buffer }) {
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
    const fields: Record<string, unknown> = {};
    for (const name of new Set(form.keys())) {
      const values = form.getAll(name);
      fields[name.replace('[]', '')] = values.length === 1 ? values[0] : values;
    }
    return fields;
  } catch {
    return undefined;
  }
}
