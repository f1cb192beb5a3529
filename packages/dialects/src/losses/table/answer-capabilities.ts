import type { DialectId } from '@switchyard/canonical';

import { approximated, carried, dropped, type Fate, type Fates } from './fate.js';

/** One fate a column: openai-chat, openai-completions, openai-responses, anthropic-messages, gemini. */
function fates(
  ...columns: readonly [chat: Fate, completions: Fate, responses: Fate, anthropic: Fate, gemini: Fate]
): Fates<DialectId> {
  const [chat, completions, responses, anthropic, gemini] = columns;
  return {
    'openai-chat': chat,
    'openai-completions': completions,
    'openai-responses': responses,
    'anthropic-messages': anthropic,
    gemini,
  };
}

const ownOnly = dropped('only the dialect it came in has it');
const textOnly = dropped('its answers are text only');
const notTheirs = dropped('only the family that made it can read it');
const pageUntold = dropped('it does not tell what a page said');
const wholeText = approximated('with its text as a whole');
const noQuotes = dropped('it does not repeat the words of a source');
const itsOwnFiles = dropped('it cites web pages, and documents of the request');
const untold = dropped('it does not say which sequence was hit');

/** What an answer can hold, and what becomes of it for the clients of each dialect. */
export const ANSWER_CAPABILITIES = {
  text: fates(carried, carried, carried, carried, carried),
  furtherChoices: fates(
    carried,
    carried,
    dropped('an answer has one choice'),
    dropped('an answer has one choice'),
    carried,
  ),
  reasoning: fates(carried, textOnly, carried, carried, carried),
  reasoningProof: fates(notTheirs, notTheirs, carried, carried, notTheirs),
  redactedReasoning: fates(dropped('it has no place for it'), textOnly, carried, carried, notTheirs),
  refusal: fates(carried, approximated('text'), carried, approximated('text'), approximated('text')),
  logprobs: fates(carried, carried, carried, dropped('it has no probabilities of tokens'), carried),
  tokenId: fates(
    dropped('tokens have no numbers'),
    dropped('tokens have no numbers'),
    dropped('tokens have no numbers'),
    dropped('it has no probabilities of tokens'),
    carried,
  ),
  urlCitation: fates(carried, textOnly, carried, carried, carried),
  citationSpan: fates(carried, textOnly, carried, wholeText, carried),
  citedText: fates(noQuotes, textOnly, noQuotes, carried, noQuotes),
  citedContext: fates(noQuotes, textOnly, noQuotes, carried, carried),
  documentCitation: fates(
    dropped('it cites web pages only'),
    textOnly,
    dropped('it cites web pages and files only'),
    carried,
    approximated('something that was retrieved'),
  ),
  retrievedCitation: fates(
    dropped('it cites web pages only'),
    textOnly,
    dropped('it cites web pages and files only'),
    itsOwnFiles,
    carried,
  ),
  fileCitation: fates(
    dropped('it cites web pages only'),
    textOnly,
    carried,
    itsOwnFiles,
    approximated('something that was retrieved'),
  ),
  toolCall: fates(carried, textOnly, carried, carried, carried),
  callSignature: fates(carried, textOnly, notTheirs, notTheirs, carried),
  /** That a tool of the provider was used, and for what. */
  serverCall: fates(ownOnly, ownOnly, carried, carried, carried),
  searchResult: fates(
    ownOnly,
    ownOnly,
    approximated('the addresses of what was found'),
    carried,
    dropped('it does not tell what was found'),
  ),
  fetchResult: fates(ownOnly, ownOnly, pageUntold, pageUntold, pageUntold),
  codeResult: fates(ownOnly, ownOnly, carried, carried, carried),
  finish: fates(carried, carried, carried, carried, carried),
  finishPause: fates(
    approximated('`stop`'),
    approximated('`stop`'),
    approximated('`completed`'),
    carried,
    approximated('`STOP`'),
  ),
  finishRefusal: fates(
    approximated('`content_filter`'),
    approximated('`content_filter`'),
    approximated('`content_filter`'),
    carried,
    approximated('`SAFETY`'),
  ),
  finishContext: fates(
    approximated('`length`'),
    approximated('`length`'),
    approximated('`incomplete`'),
    carried,
    approximated('`MAX_TOKENS`'),
  ),
  finishOther: fates(
    approximated('`stop`'),
    approximated('`stop`'),
    approximated('`completed`'),
    approximated('`end_turn`'),
    approximated('`OTHER`'),
  ),
  stopSequence: fates(untold, untold, untold, carried, untold),
  cacheWrites: fates(carried, carried, carried, carried, approximated('part of the prompt')),
  cacheWritesByLifetime: fates(
    approximated('one number for all lifetimes'),
    approximated('one number for all lifetimes'),
    approximated('one number for all lifetimes'),
    carried,
    approximated('part of the prompt'),
  ),
  /** Fields of a whole answer that openai-chat and openai-completions share. */
  openaiField: fates(carried, carried, ownOnly, ownOnly, ownOnly),
  own: fates(ownOnly, ownOnly, ownOnly, ownOnly, ownOnly),
} as const satisfies Readonly<Record<string, Fates<DialectId>>>;

export type AnswerCapability = keyof typeof ANSWER_CAPABILITIES;
