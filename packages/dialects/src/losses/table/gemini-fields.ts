import type { JsonObject } from '../../dialect.js';
import type { DeclaredField } from './declared-field.js';

function config(generationConfig: JsonObject): JsonObject {
  return { generationConfig };
}

function user(...parts: readonly JsonObject[]): JsonObject {
  return { contents: [{ role: 'user', parts }] };
}

/** A conversation whose model turn begins with these parts. */
function said(...parts: readonly JsonObject[]): JsonObject {
  return {
    contents: [
      { role: 'user', parts: [{ text: 'hi' }] },
      { role: 'model', parts: [...parts, { text: 'so' }] },
      { role: 'user', parts: [{ text: 'go on' }] },
    ],
  };
}

const TOOL = {
  name: 'mark_tool',
  description: 'mark of a tool',
  parametersJsonSchema: { type: 'object', properties: { mark_city: { type: 'string' } } },
};

function withTool(more: JsonObject, definition: JsonObject = {}): JsonObject {
  return { tools: [{ functionDeclarations: [{ ...TOOL, ...definition }] }], ...more };
}

function choice(functionCallingConfig: JsonObject): JsonObject {
  return withTool({ toolConfig: { functionCallingConfig } });
}

function called(functionResponse: JsonObject): JsonObject {
  const functionCall = { id: 'mark_call', name: 'mark_tool', args: { city: 'markOslo' } };
  return {
    contents: [
      { role: 'user', parts: [{ text: 'hi' }] },
      { role: 'model', parts: [{ functionCall }] },
      { role: 'user', parts: [{ functionResponse: { id: 'mark_call', name: 'mark_tool', ...functionResponse } }] },
    ],
    ...withTool({}),
  };
}

const PARAMETERS: readonly DeclaredField[] = [
  { field: 'generationConfig.temperature', capability: 'temperature', sample: config({ temperature: 0.25 }) },
  {
    field: 'generationConfig.temperature',
    when: 'above 1',
    capability: 'highTemperature',
    sample: config({ temperature: 1.5 }),
  },
  { field: 'generationConfig.topP', capability: 'topP', sample: config({ topP: 0.75 }) },
  { field: 'generationConfig.topK', capability: 'topK', sample: config({ topK: 7 }) },
  { field: 'generationConfig.seed', capability: 'seed', sample: config({ seed: 42 }) },
  {
    field: 'generationConfig.frequencyPenalty',
    capability: 'frequencyPenalty',
    sample: config({ frequencyPenalty: 0.5 }),
  },
  {
    field: 'generationConfig.presencePenalty',
    capability: 'presencePenalty',
    sample: config({ presencePenalty: 0.5 }),
  },
  { field: 'generationConfig.candidateCount', capability: 'choiceCount', sample: config({ candidateCount: 2 }) },
  {
    field: 'generationConfig.responseLogprobs',
    capability: 'logprobs',
    sample: config({ responseLogprobs: true, logprobs: 3 }),
  },
  {
    field: 'generationConfig.maxOutputTokens',
    capability: 'maxOutputTokens',
    sample: config({ maxOutputTokens: 777 }),
  },
  {
    field: 'generationConfig.maxOutputTokens',
    when: 'below 16',
    capability: 'lowCeiling',
    sample: config({ maxOutputTokens: 9 }),
  },
  { field: 'generationConfig.stopSequences', capability: 'stopSequences', sample: config({ stopSequences: ['END'] }) },
  {
    field: 'generationConfig.stopSequences',
    when: 'white space',
    capability: 'blankStopSequence',
    sample: config({ stopSequences: ['\n'] }),
  },
  {
    field: 'generationConfig.thinkingConfig',
    when: 'a level',
    capability: 'effort',
    sample: config({ thinkingConfig: { thinkingLevel: 'HIGH' } }),
  },
  {
    field: 'generationConfig.thinkingConfig',
    when: '`MINIMAL`',
    capability: 'effortMinimal',
    sample: config({ thinkingConfig: { thinkingLevel: 'MINIMAL' } }),
  },
  {
    field: 'generationConfig.thinkingConfig',
    when: 'a budget',
    capability: 'reasoningBudget',
    sample: config({ maxOutputTokens: 9000, thinkingConfig: { thinkingBudget: 4096 } }),
  },
  {
    field: 'generationConfig.thinkingConfig',
    when: 'a budget of 0',
    capability: 'reasoningOff',
    sample: config({ thinkingConfig: { thinkingBudget: 0 } }),
  },
  {
    field: 'generationConfig.thinkingConfig',
    when: 'a budget of -1',
    capability: 'reasoningAuto',
    sample: config({ thinkingConfig: { thinkingBudget: -1 } }),
  },
  {
    field: 'generationConfig.thinkingConfig.includeThoughts',
    when: '`false`',
    capability: 'own',
    sample: config({ thinkingConfig: { includeThoughts: false } }),
  },
  {
    field: 'generationConfig.responseMimeType',
    when: '`text/plain`',
    capability: 'textFormat',
    sample: config({ responseMimeType: 'text/plain' }),
  },
  {
    field: 'generationConfig.responseMimeType',
    when: '`application/json`',
    capability: 'jsonObject',
    sample: config({ responseMimeType: 'application/json' }),
  },
  {
    field: 'generationConfig.responseMimeType',
    when: '`text/x.enum`',
    capability: 'own',
    sample: config({ responseMimeType: 'text/x.enum' }),
  },
  {
    field: 'generationConfig.responseJsonSchema',
    capability: 'jsonSchema',
    sample: config({
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object', properties: { mark_city: { type: 'string' } } },
    }),
  },
  {
    field: 'generationConfig.responseSchema',
    capability: 'jsonSchema',
    sample: config({
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', properties: { mark_city: { type: 'STRING' } } },
    }),
  },
  {
    field: 'generationConfig.responseModalities',
    capability: 'own',
    sample: config({ responseModalities: ['TEXT', 'IMAGE'] }),
  },
  {
    field: 'generationConfig.speechConfig',
    capability: 'own',
    sample: config({ speechConfig: { languageCode: 'en' } }),
  },
  { field: 'generationConfig.imageConfig', capability: 'own', sample: config({ imageConfig: { aspectRatio: '1:1' } }) },
  { field: 'generationConfig.mediaResolution', capability: 'own', sample: config({ mediaResolution: 'LOW' }) },
  { field: 'safetySettings', capability: 'own', sample: { safetySettings: [{ category: 'X', threshold: 'Y' }] } },
  { field: 'cachedContent', capability: 'own', sample: { cachedContent: 'cachedContents/1' } },
  { field: 'labels', capability: 'own', sample: { labels: { team: 'a' } } },
  { field: 'serviceTier', when: '`standard`', capability: 'serviceTierStandard', sample: { serviceTier: 'STANDARD' } },
  { field: 'serviceTier', when: '`flex`, `priority`', capability: 'serviceTierPaid', sample: { serviceTier: 'FLEX' } },
];

const CONTENT: readonly DeclaredField[] = [
  {
    field: 'systemInstruction',
    capability: 'instructions',
    sample: { systemInstruction: { parts: [{ text: 'mark' }] } },
  },
  { field: 'contents[].parts[].text', capability: 'text', sample: user({ text: 'mark' }) },
  {
    field: 'contents[].parts[].inlineData',
    when: 'an image',
    capability: 'imageData',
    sample: user({ inlineData: { mimeType: 'image/png', data: 'markPIXEL' } }),
  },
  {
    field: 'contents[].parts[].inlineData',
    when: 'audio',
    capability: 'audioData',
    sample: user({ text: 'a' }, { inlineData: { mimeType: 'audio/wav', data: 'markSOUND' } }),
  },
  {
    field: 'contents[].parts[].inlineData',
    when: 'a PDF',
    capability: 'documentData',
    sample: user({ inlineData: { mimeType: 'application/pdf', data: 'markPDF' } }),
  },
  {
    field: 'contents[].parts[].inlineData',
    when: 'another document',
    capability: 'documentOther',
    sample: user({ text: 'a' }, { inlineData: { mimeType: 'application/zip', data: 'markZIP' } }),
  },
  {
    field: 'contents[].parts[].inlineData',
    when: 'a video',
    capability: 'own',
    sample: user({ text: 'a' }, { inlineData: { mimeType: 'video/mp4', data: 'markVIDEO' } }),
  },
  {
    field: 'contents[].parts[].fileData',
    when: 'the URL of an image',
    capability: 'imageUrl',
    sample: user({ fileData: { mimeType: 'image/png', fileUri: 'https://example.com/mark.png' } }),
  },
  {
    field: 'contents[].parts[].fileData',
    when: 'the URL of audio',
    capability: 'audioUrl',
    sample: user({ text: 'a' }, { fileData: { mimeType: 'audio/wav', fileUri: 'https://example.com/mark.wav' } }),
  },
  {
    field: 'contents[].parts[].fileData',
    when: 'the URL of a document',
    capability: 'documentUrl',
    sample: user({ text: 'a' }, { fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/mark.pdf' } }),
  },
  {
    field: 'contents[].parts[].fileData',
    when: 'a file of the Files API',
    capability: 'own',
    sample: user({ text: 'a' }, { fileData: { mimeType: 'image/png', fileUri: 'gs://mark/a.png' } }),
  },
  {
    field: 'contents[].parts[].videoMetadata',
    capability: 'own',
    sample: user({ inlineData: { mimeType: 'image/png', data: 'UA==' }, videoMetadata: { fps: 2 } }),
  },
  {
    field: 'contents[].parts[].thought',
    capability: 'geminiReasoning',
    sample: said({ text: 'mark', thought: true, thoughtSignature: 'markSIG' }),
  },
  {
    field: 'contents[].parts[].thoughtSignature',
    when: 'of anything but a thought',
    capability: 'own',
    sample: said({ text: 'a', thoughtSignature: 'markSIG' }),
  },
  {
    field: 'contents[].parts[].*',
    when: 'executed code, and parts we do not know',
    capability: 'own',
    sample: said({ executableCode: { language: 'PYTHON', code: '1' } }),
  },
];

const TOOLS: readonly DeclaredField[] = [
  { field: 'tools[].functionDeclarations[]', capability: 'tool', sample: withTool({}) },
  {
    field: 'tools[].functionDeclarations[].parameters',
    capability: 'tool',
    sample: withTool(
      {},
      { parametersJsonSchema: null, parameters: { type: 'OBJECT', properties: { mark_city: { type: 'STRING' } } } },
    ),
  },
  {
    field: 'tools[].functionDeclarations[].response',
    capability: 'own',
    sample: withTool({}, { response: { type: 'OBJECT' } }),
  },
  {
    field: 'tools[].functionDeclarations[].behavior',
    capability: 'own',
    sample: withTool({}, { behavior: 'NON_BLOCKING' }),
  },
  {
    field: 'tools[].googleSearch',
    capability: 'webSearchTool',
    sample: { tools: [{ googleSearch: {} }] },
  },
  {
    field: 'tools[].googleSearch.*',
    when: 'time range, excluded domains',
    capability: 'webSearchOwn',
    sample: { tools: [{ googleSearch: { excludeDomains: ['example.com'] } }] },
  },
  { field: 'tools[].urlContext', capability: 'webFetchTool', sample: { tools: [{ urlContext: {} }] } },
  { field: 'tools[].codeExecution', capability: 'codeExecutionTool', sample: { tools: [{ codeExecution: {} }] } },
  {
    field: 'tools[].*',
    when: 'maps and the like',
    capability: 'own',
    sample: { tools: [{ googleMaps: {} }] },
  },
  {
    field: 'toolConfig.functionCallingConfig',
    when: '`AUTO`',
    capability: 'toolChoice',
    sample: choice({ mode: 'AUTO' }),
  },
  {
    field: 'toolConfig.functionCallingConfig',
    when: '`NONE`',
    capability: 'toolChoice',
    sample: choice({ mode: 'NONE' }),
  },
  {
    field: 'toolConfig.functionCallingConfig',
    when: '`ANY`',
    capability: 'toolChoice',
    sample: choice({ mode: 'ANY' }),
  },
  {
    field: 'toolConfig.functionCallingConfig',
    when: '`ANY` of one function',
    capability: 'toolChoice',
    sample: choice({ mode: 'ANY', allowedFunctionNames: ['mark_tool'] }),
  },
  {
    field: 'toolConfig.functionCallingConfig',
    when: 'without tools',
    capability: 'toolChoiceWithoutTools',
    sample: { toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
  },
  {
    field: 'toolConfig.functionCallingConfig.allowedFunctionNames',
    when: 'several',
    capability: 'own',
    sample: choice({ mode: 'ANY', allowedFunctionNames: ['mark_tool', 'other'] }),
  },
  {
    field: 'toolConfig.functionCallingConfig.mode',
    when: '`VALIDATED`',
    capability: 'own',
    sample: choice({ mode: 'VALIDATED' }),
  },
  {
    field: 'toolConfig.retrievalConfig',
    capability: 'own',
    sample: { toolConfig: { retrievalConfig: { languageCode: 'en' } } },
  },
  {
    field: 'contents[].parts[].functionCall',
    capability: 'toolCall',
    sample: called({ response: { output: 'fine' } }),
  },
  {
    field: 'contents[].parts[].functionResponse',
    capability: 'toolResult',
    sample: called({ response: { output: 'mark fine' } }),
  },
  {
    field: 'contents[].parts[].functionResponse.inlineData',
    capability: 'toolResultImage',
    sample: called({ response: {}, parts: [{ inlineData: { mimeType: 'image/png', data: 'markPIXEL' } }] }),
  },
  {
    field: 'contents[].parts[].functionResponse.response.error',
    capability: 'toolResultError',
    sample: called({ response: { error: 'mark broke' } }),
  },
];

export const GEMINI_FIELDS: readonly DeclaredField[] = [...PARAMETERS, ...CONTENT, ...TOOLS];
