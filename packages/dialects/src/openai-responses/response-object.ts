import type { JsonObject } from '../dialect.js';

/** What is told of a response as a whole. */
export interface ResponseFacts {
  readonly id: string;
  readonly createdAt: number;
  readonly model: string;
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly output: readonly JsonObject[];
  readonly incomplete_details?: JsonObject | null | undefined;
  readonly error?: JsonObject | undefined;
  readonly usage?: JsonObject | undefined;
}

/** What stands where the request said nothing, among the fields every response has. (OpenAI API reference, Response) */
const DEFAULTS = {
  instructions: null,
  metadata: {},
  parallel_tool_calls: true,
  temperature: null,
  tool_choice: 'auto',
  tools: [],
  top_p: null,
};

/** The `response` of an answer or an event. `fields` are those that repeat the request, or came from the same dialect. */
export function responseObject(facts: ResponseFacts, fields: JsonObject): JsonObject {
  return {
    id: facts.id,
    object: 'response',
    created_at: facts.createdAt,
    status: facts.status,
    error: facts.error ?? null,
    incomplete_details: facts.incomplete_details ?? null,
    ...DEFAULTS,
    ...fields,
    model: facts.model,
    output: facts.output,
    ...(facts.usage && { usage: facts.usage }),
  };
}

/** Clients rely on an id; an upstream without one gets the answer's time for its. */
export function encodeId(id: string, createdAt: number): string {
  return id === '' ? `resp_${createdAt}` : id;
}
