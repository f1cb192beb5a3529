import { GatewayError } from '@switchyard/canonical';

import { requestOf, type LastTurn } from './conversation.js';

const ASKED = { type: 'message', role: 'user', content: 'one' };
const ANSWERED = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'two' }] };
const ADDED = { type: 'function_call_output', call_id: 'c', output: 'three' };
const LAST: LastTurn = {
  id: 'resp_1',
  request: { model: 'm', stream: true, instructions: 'be brief', tools: [{ type: 'function' }], input: [ASKED] },
  output: [ANSWERED],
};

function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof GatewayError) return [thrown.code, thrown.param];
  }
  return 'not refused';
}

describe('requestOf', () => {
  it('makes a request of a frame, without what means something to the transport only', () => {
    const frame = { type: 'response.create', model: 'm', input: 'one', stream: false, background: false, store: false };
    expect(requestOf(frame, undefined)).toEqual({ model: 'm', store: false, stream: true, input: [ASKED] });
  });

  it('begins anew where a frame names no response, and leaves a name it does not know to the upstream', () => {
    expect(requestOf({ type: 'response.create', model: 'n', input: [ADDED] }, LAST)).toEqual({
      model: 'n',
      stream: true,
      input: [ADDED],
    });
    expect(requestOf({ type: 'response.create', model: 'n', previous_response_id: 'resp_0' }, LAST)).toEqual({
      model: 'n',
      previous_response_id: 'resp_0',
      stream: true,
      input: [],
    });
  });

  it('goes on from the last response where a frame names it, with settings of its own', () => {
    const frame = { type: 'response.create', previous_response_id: 'resp_1', input: [ADDED], temperature: 0 };
    expect(requestOf(frame, LAST)).toEqual({
      model: 'm',
      temperature: 0,
      stream: true,
      input: [ASKED, ANSWERED, ADDED],
    });
  });

  it('appends with the settings of the last turn', () => {
    expect(requestOf({ type: 'response.append', input: [ADDED], instructions: 'be long' }, LAST)).toEqual({
      ...LAST.request,
      instructions: 'be long',
      input: [ASKED, ANSWERED, ADDED],
    });
  });

  it('keeps reasoning only with its proof', () => {
    const proven = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x' };
    const last = { ...LAST, output: [{ type: 'reasoning', id: 'rs_2', summary: [] }, proven, ANSWERED] };
    const { input } = requestOf({ type: 'response.append' }, last);
    expect(input).toEqual([ASKED, proven, ANSWERED]);
  });

  it.each([
    [{ type: 'response.append', input: 'x' }, undefined, 'type'],
    [{ type: 'response.append', previous_response_id: 'resp_0' }, LAST, 'previous_response_id'],
    [{ type: 'session.update' }, LAST, 'type'],
    [{}, LAST, 'type'],
    [{ type: 'response.create', model: 'm', input: 7 }, LAST, 'input'],
    [{ type: 'response.create', model: 'm', stream_id: 's' }, LAST, 'stream_id'],
  ])('refuses %j', (frame, last, param) => {
    expect(refusal(() => requestOf(frame, last))).toEqual(['invalid_request', param]);
  });
});
