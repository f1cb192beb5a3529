import { createJsonArrayFraming } from './json-array-framing.js';

describe('createJsonArrayFraming', () => {
  it.each([[[]], [['{"a":1}']], [['{"a":1}', '{"b":2}', '{"error":{}}']]])('makes one array of %j', (events) => {
    const framing = createJsonArrayFraming();
    const text = events.map((data) => framing.next({ data })).join('') + framing.end();
    expect(JSON.parse(text)).toEqual(events.map((data) => JSON.parse(data)));
  });
});
