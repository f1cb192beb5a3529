import type { StreamEvent } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { objectOf, objectsOf } from '../json/read-json.js';
import { errorFields, failureOf } from './encode-error.js';
import { repeatedFields } from './encode-request.js';
import { encodeFinish } from './finish.js';
import { encoderState, type EncoderState } from './output-items.js';
import { OutputList } from './output-list.js';
import { OutputWriter } from './output-writer.js';
import { RESPONSES } from './reasoning-proof.js';
import { encodeId, responseObject, type ResponseFacts } from './response-object.js';
import { encodeUsage } from './usage.js';

/**
 * Turns canonical events into those of a response, from `response.created` to its end. A response has one choice, so events
 * of further ones say nothing. The terminal event waits for `end`, since usage may come after the finish.
 */
export class ResponseWriter {
  readonly state: EncoderState;
  readonly #options: EncodeAnswerOptions;
  readonly #output: OutputList;
  readonly #writer: OutputWriter;

  constructor(options: EncodeAnswerOptions, state?: unknown) {
    this.#options = options;
    this.state = state === undefined ? createEncoderState() : encoderState.parse(state);
    this.state.nextSequenceNumber = options.nextNumber ?? this.state.nextSequenceNumber;
    this.#output = new OutputList(this.state);
    this.#writer = new OutputWriter(this.state.blocks, this.#output, options.request?.tools ?? []);
  }

  take(event: StreamEvent): JsonObject[] {
    if (this.state.phase === 'ended') return [];
    return this.#take(event).map((told) => {
      const sequence_number = this.state.nextSequenceNumber;
      this.state.nextSequenceNumber += 1;
      return { ...told, sequence_number };
    });
  }

  #take(event: StreamEvent): JsonObject[] {
    switch (event.type) {
      case 'start':
        return this.#start(event);
      case 'finish':
        return event.choice === 0 ? this.#finish(event) : [];
      case 'usage':
        this.state.usage = { ...encodeUsage(event.usage) };
        return [];
      case 'error':
        return this.#fail(event);
      case 'end':
        return this.#end();
      case 'ping':
        return [];
      default:
        return event.choice === 0 ? this.#writer.take(event) : [];
    }
  }

  #start(event: Extract<StreamEvent, { type: 'start' }>): JsonObject[] {
    this.state.phase = 'open';
    this.state.createdAt = event.createdAt ?? this.#options.nowSeconds;
    this.state.id = encodeId(event.id, this.state.createdAt);
    this.state.fields = { ...ownFields(RESPONSES, event.extensions) };
    const response = this.#response({ status: 'in_progress' });
    return [
      { type: 'response.created', response },
      { type: 'response.in_progress', response },
    ];
  }

  #finish(event: Extract<StreamEvent, { type: 'finish' }>): JsonObject[] {
    const { response, events } = ownFields(RESPONSES, event.extensions);
    const hasRefusal = this.state.items.some((item) => item.parts.some((part) => part.type === 'refusal'));
    const { status, incomplete_details } = encodeFinish(event.finish.reason, hasRefusal);
    this.state.finish = { status, incomplete_details: incomplete_details && { ...incomplete_details } };
    Object.assign(this.state.fields, objectOf(response));
    const steps = (event.steps ?? []).flatMap((step) => this.#writer.writeStep(step));
    return [...steps, ...this.#output.endAll(status), ...objectsOf(events)];
  }

  #end(): JsonObject[] {
    const finish = this.state.finish ?? { status: 'completed', incomplete_details: null };
    const response = this.#response({ ...finish, output: this.#output.output() });
    this.state.phase = 'ended';
    return [{ type: `response.${finish.status}`, response }];
  }

  /** A response that has begun fails with all it had; before that there is only the error. */
  #fail({ error }: Extract<StreamEvent, { type: 'error' }>): JsonObject[] {
    const hasBegun = this.state.phase === 'open';
    this.state.phase = 'ended';
    if (!hasBegun) return [errorFields(error)];
    this.#output.breakOff();
    const response = this.#response({ status: 'failed', output: this.#output.output(), error: failureOf(error) });
    return [{ type: 'response.failed', response }];
  }

  #response(facts: Pick<ResponseFacts, 'status'> & Partial<ResponseFacts>): JsonObject {
    const { id, createdAt, fields, usage } = this.state;
    const repeated = repeatedFields(this.#options.request);
    return responseObject(
      { id, createdAt, model: this.#options.model, output: [], usage, ...facts },
      { ...repeated, ...fields },
    );
  }
}

function createEncoderState(): EncoderState {
  return { phase: 'waiting', nextSequenceNumber: 0, id: '', createdAt: 0, fields: {}, items: [], blocks: {} };
}
