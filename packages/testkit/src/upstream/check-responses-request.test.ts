import { checkResponsesRequest } from './check-responses-request.js';

const USER = { role: 'user', content: 'hi' };
const TOOL = { type: 'function', name: 'weather', parameters: { type: 'object' }, strict: false };
const CALL = { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{}' };
const OUTPUT = { type: 'function_call_output', call_id: 'call_1', output: 'rain' };

const request = (rest: Record<string, unknown>) => ({ model: 'm', input: 'hi', ...rest });
const items = (...input: unknown[]) => request({ input });
const said = (part: Record<string, unknown>) => items({ role: 'user', content: [part] });
const format = (rest: Record<string, unknown>) => request({ text: { format: { type: 'json_schema', ...rest } } });

describe('checkResponsesRequest', () => {
  it('accepts a conversation with media, reasoning, parallel calls and their outputs', () => {
    const parts = [
      { type: 'input_text', text: 'look' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
    ];
    const picture = { type: 'input_image', image_url: 'https://a.example/b.png', detail: 'auto' };
    const body = {
      ...items(
        { role: 'developer', content: 'be brief' },
        { type: 'message', role: 'user', content: parts },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'x' },
        { ...CALL, id: 'fc_1', status: 'completed' },
        { ...CALL, call_id: 'call_2' },
        { type: 'custom_tool_call', call_id: 'call_1', name: 'edit', input: 'x' },
        { ...OUTPUT, call_id: 'call_2', output: [picture] },
        OUTPUT,
        { type: 'custom_tool_call_output', call_id: 'call_1', output: '' },
        { role: 'assistant', content: [{ type: 'output_text', text: 'rain' }] },
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        USER,
      ),
      instructions: 'be kind',
      tools: [TOOL, { type: 'custom', name: 'edit' }, { type: 'namespace', name: 'files', tools: [TOOL] }],
      tool_choice: { type: 'function', name: 'weather', namespace: 'files' },
      parallel_tool_calls: false,
      reasoning: { effort: 'low', summary: 'auto' },
      text: { format: { type: 'json_schema', name: 'answer', schema: {}, strict: true }, verbosity: 'low' },
      include: ['reasoning.encrypted_content'],
      stream: true,
      stream_options: { include_obfuscation: false },
      store: false,
    };
    expect(checkResponsesRequest(body)).toEqual([]);
  });

  it('accepts an output of a call that the vendor stored', () => {
    expect(checkResponsesRequest({ ...items(OUTPUT), previous_response_id: 'resp_1' })).toEqual([]);
  });

  it.each([
    ['no input', { model: 'm' }, 'input: must be a list'],
    ['an unknown parameter', request({ stop: ['x'] }), 'stop: is no parameter'],
    ['an unknown role', items({ role: 'tool', content: 'x' }), 'input[0].role: must be one of'],
    ['a field of another dialect', items({ ...USER, cache_control: {} }), 'input[0].cache_control: is no parameter'],
    ['a call without an output', items(USER, CALL), 'no output for the call call_1'],
    ['an output of nothing', items(USER, OUTPUT), 'call_1 is of no earlier call'],
    ['an output before its call', items(OUTPUT, CALL), 'input[0].call_id: call_1 is of no earlier call'],
    ['a second output', items(CALL, OUTPUT, OUTPUT), 'input[2].call_id'],
    ['a second call of one id', items(CALL, CALL, OUTPUT), 'input[1].call_id: call_1 is that of another call'],
    ['an output of the other kind', items(CALL, { ...OUTPUT, type: 'custom_tool_call_output' }), 'no output for'],
    ['a long id', items({ ...CALL, call_id: 'x'.repeat(65) }), 'input[0].call_id: must have 1 to 64'],
    ['arguments that are no text', items({ ...CALL, arguments: {} }, OUTPUT), 'input[0].arguments'],
    ['a part of Chat Completions', said({ type: 'image_url' }), 'content[0].type: image_url is not allowed here'],
    ['an image that is none', said({ type: 'input_image', image_url: 'AAAA' }), 'image_url: must be an http(s) URL'],
    ['a file without a name', said({ type: 'input_file', file_data: 'x' }), 'file_data with its filename'],
    ['a user who answers', said({ type: 'output_text', text: '' }), 'output_text is not allowed here'],
    ['reasoning without a summary', items({ type: 'reasoning', id: 'rs_1' }), 'input[0].summary'],
    ['a tool of Chat Completions', request({ tools: [{ ...TOOL, function: {} }] }), 'is of Chat Completions'],
    ['a tool that does not say strict', request({ tools: [{ ...TOOL, strict: undefined }] }), 'tools[0].strict'],
    ['a bad tool name', request({ tools: [{ ...TOOL, name: 'a b' }] }), '"a b" is not a name'],
    ['two tools of one name', request({ tools: [TOOL, TOOL] }), 'names must differ'],
    ['a choice of another tool', request({ tool_choice: { type: 'function', name: 'x' } }), 'not an offered tool'],
    ['a format without a name', format({ schema: {} }), 'text.format.name'],
    ['a format of Chat Completions', format({ name: 'a', schema: {}, json_schema: {} }), 'is of Chat Completions'],
    ['a low ceiling', request({ max_output_tokens: 15 }), 'max_output_tokens: must be an integer of at least 16'],
    ['an unknown include', request({ include: ['everything'] }), 'include: must be one of'],
    ['stream options without a stream', request({ stream_options: {} }), 'needs stream: true'],
  ])('finds %s', (_name, body, problem) => {
    expect(checkResponsesRequest(body).join('\n')).toContain(problem);
  });
});
