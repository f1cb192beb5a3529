import type {
  Block,
  CanonicalRequest,
  CanonicalResponse,
  Message,
  StreamEvent,
  ToolChoice,
} from '@switchyard/canonical';

import { fnv1a } from '../json/fnv1a.js';

/** What an API takes as the name of a tool. */
export interface ToolNameRule {
  /** Names that go as they are. */
  readonly legal: RegExp;
  /** The characters that a name cannot hold anywhere; global. */
  readonly illegalCharacters: RegExp;
  readonly maxLength: number;
}

/**
 * The name as the API takes it: itself where it can, else its legal characters and a hash of all of it. It depends on
 * nothing but the name, so that a conversation gives the same bytes in every turn, and names that differ stay apart.
 */
export function encodeToolName(name: string, rule: ToolNameRule): string {
  if (rule.legal.test(name)) return name;
  const cleaned = name.replaceAll(rule.illegalCharacters, '_');
  const started = rule.legal.test(cleaned.slice(0, 1)) ? cleaned : `_${cleaned}`;
  const hash = `_${fnv1a(name)}`;
  return `${started.slice(0, rule.maxLength - hash.length)}${hash}`;
}

/** The client's own names by those an upstream got in their place. Names that went as they are have no entry. */
export type ToolNameMap = ReadonlyMap<string, string>;

/** How to read tool names in the answer to a request with these tools; empty for a dialect without a rule. */
export function createToolNameMap(tools: CanonicalRequest['tools'], rule: ToolNameRule | undefined): ToolNameMap {
  const map = new Map<string, string>();
  if (rule === undefined) return map;
  for (const tool of tools) {
    if (tool.type !== 'function') continue;
    const encoded = encodeToolName(tool.name, rule);
    if (encoded !== tool.name) map.set(encoded, tool.name);
  }
  return map;
}

/** The request with every tool under a name that the API takes: definitions, choice and calls. */
export function encodeToolNames(request: CanonicalRequest, rule: ToolNameRule): CanonicalRequest {
  const { tools, toolChoice, messages } = request;
  return {
    ...request,
    tools: tools.map((tool) => (tool.type === 'function' ? { ...tool, name: encodeToolName(tool.name, rule) } : tool)),
    ...(toolChoice === undefined ? {} : { toolChoice: encodeChoice(toolChoice, rule) }),
    messages: messages.map((message) => encodeMessage(message, rule)),
  };
}

function encodeChoice(choice: ToolChoice, rule: ToolNameRule): ToolChoice {
  return choice.type === 'tool' ? { type: 'tool', name: encodeToolName(choice.name, rule) } : choice;
}

function encodeMessage(message: Message, rule: ToolNameRule): Message {
  if (!message.content.some((block) => block.type === 'tool-call')) return message;
  const content = message.content.map((block): Block => {
    return block.type === 'tool-call' ? { ...block, name: encodeToolName(block.name, rule) } : block;
  });
  return { ...message, content };
}

/** An upstream's event with the client's own name of the tool. */
export function restoreEventToolName(event: StreamEvent, names: ToolNameMap): StreamEvent {
  if (event.type !== 'tool-call-start') return event;
  const name = names.get(event.name);
  return name === undefined ? event : { ...event, name };
}

/** An upstream's answer with the client's own names of its tools. */
export function restoreResponseToolNames(response: CanonicalResponse, names: ToolNameMap): CanonicalResponse {
  if (names.size === 0) return response;
  const choices = response.choices.map((choice) => ({
    ...choice,
    content: choice.content.map((block): Block => {
      return block.type === 'tool-call' ? { ...block, name: names.get(block.name) ?? block.name } : block;
    }),
  }));
  return { ...response, choices };
}
