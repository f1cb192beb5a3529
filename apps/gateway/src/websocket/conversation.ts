import { GatewayError } from '@switchyard/canonical';
import type { JsonObject } from '@switchyard/dialects';

/** A turn that was answered, as the next one may go on from it. */
export interface LastTurn {
  /** The id of its response. */
  readonly id: string;
  /** What was asked, with the whole conversation as `input`. */
  readonly request: TurnRequest;
  /** The items of the answer. */
  readonly output: readonly unknown[];
}

export interface TurnRequest extends JsonObject {
  readonly input: readonly unknown[];
}

/** What means something to this transport only. (OpenAI guide, "WebSocket mode": `stream` and `background` are not used) */
const TRANSPORT_FIELDS = ['type', 'stream', 'background', 'generate', 'input', 'previous_response_id'];

/**
 * The request that a client's frame stands for, as `POST /v1/responses` would have it. A frame that goes on from the last
 * turn holds only what is new; upstreams keep no conversation, so what was said before is put in front of it.
 * `response.create` goes on where it names the last response, with settings of its own; `response.append` always does, with
 * the settings of the last turn.
 *
 * @throws GatewayError `invalid_request` for a frame that is no such request.
 */
export function requestOf(frame: JsonObject, last: LastTurn | undefined): TurnRequest {
  const { type, input, previous_response_id: previous = null } = frame;
  if (frame['stream_id'] !== undefined) {
    throw invalid(
      'stream_id',
      'a connection has one conversation here: open another connection, and leave `stream_id` out',
    );
  }
  const own = Object.fromEntries(Object.entries(frame).filter(([key]) => !TRANSPORT_FIELDS.includes(key)));
  switch (type) {
    case 'response.create':
      if (last === undefined || previous !== last.id) {
        return {
          ...own,
          ...(previous === null ? {} : { previous_response_id: previous }),
          stream: true,
          input: itemsOf(input),
        };
      }
      return { model: last.request['model'], ...own, stream: true, input: goOn(last, input) };
    case 'response.append':
      if (last === undefined) throw invalid('type', 'there is no turn to append to: begin with response.create');
      if (previous !== null && previous !== last.id) {
        throw invalid('previous_response_id', 'response.append goes on from the last response of this connection');
      }
      return { ...last.request, ...own, input: goOn(last, input) };
    default:
      throw invalid('type', '`type` must be response.create or response.append');
  }
}

function goOn({ request, output }: LastTurn, input: unknown): readonly unknown[] {
  return [...request.input, ...output.filter(isReadable), ...itemsOf(input)];
}

/** Reasoning without its proof is only a name for what one provider may have kept, and refused by all others. */
function isReadable(item: unknown): boolean {
  const isReasoning = typeof item === 'object' && item !== null && 'type' in item && item.type === 'reasoning';
  return !isReasoning || ('encrypted_content' in item && typeof item.encrypted_content === 'string');
}

function itemsOf(input: unknown): readonly unknown[] {
  if (input === undefined || input === null) return [];
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  if (Array.isArray(input)) return input;
  throw invalid('input', '`input` must be a text or a list of items');
}

function invalid(param: string, message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param });
}
