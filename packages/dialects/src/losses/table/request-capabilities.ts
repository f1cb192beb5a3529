import { approximated, carried, dropped, everywhere, fates, refused, type Fates } from './fate.js';

const noSuchField = dropped('there is no such field');
const ownOnly = dropped('only the dialect it came in understands it');
const notTheirs = dropped('only the family that made it can read it');
const noCacheMarks = dropped('prompts are cached there without marks');
const noSuchTool = dropped('there is no such tool');
const noSuchOption = dropped('its search has no such option');
const noCitations = dropped('it takes no citations back');
const otherServer = refused('it points to what only its own API keeps; `untranslatable_field`');

/** What a request can ask for, whatever the dialect calls it, and what becomes of it in each upstream dialect. */
export const REQUEST_CAPABILITIES = {
  // Sampling.
  temperature: everywhere(carried),
  highTemperature: fates(carried, carried, approximated('1 is the highest there'), carried),
  topP: everywhere(carried),
  topK: fates(noSuchField, noSuchField, carried, carried),
  seed: fates(carried, noSuchField, noSuchField, carried),
  frequencyPenalty: fates(carried, noSuchField, noSuchField, carried),
  presencePenalty: fates(carried, noSuchField, noSuchField, carried),
  choiceCount: fates(carried, noSuchField, noSuchField, carried),
  logprobs: fates(carried, carried, noSuchField, carried),
  maxOutputTokens: everywhere(carried),
  lowCeiling: fates(carried, approximated('16 tokens are the least there'), carried, carried),
  stopSequences: fates(carried, noSuchField, carried, carried),
  manyStopSequences: fates(carried, noSuchField, carried, dropped('it takes five; the others are left out')),
  blankStopSequence: fates(carried, noSuchField, dropped('it takes no sequence of white space'), carried),

  // Reasoning.
  effort: everywhere(carried),
  effortMinimal: fates(carried, carried, approximated('`low` is the least there'), carried),
  effortXhigh: fates(carried, carried, approximated('the nearest level of the model'), approximated('`high`')),
  effortMax: fates(approximated('`xhigh`'), carried, carried, approximated('`high`')),
  reasoningOff: everywhere(carried),
  reasoningAuto: fates(
    approximated('nothing is said, so the model decides'),
    approximated('nothing is said, so the model decides'),
    carried,
    carried,
  ),
  reasoningBudget: fates(approximated('the nearest level'), approximated('the nearest level'), carried, carried),
  reasoningSummary: fates(
    approximated('reasoning is shown the way the vendor does'),
    carried,
    approximated('it decides itself how thinking is summarised'),
    approximated('it decides itself how thoughts are summarised'),
  ),
  reasoningProof: fates(
    approximated('it proves no reasoning; the text is handed back instead'),
    carried,
    carried,
    carried,
  ),

  // What an earlier answer rested on.
  citation: fates(noCitations, carried, dropped('it takes back only its own'), noCitations),
  provenCitation: fates(
    noCitations,
    approximated('without the words of the source and the proof of its maker'),
    carried,
    noCitations,
  ),
  documentCitation: fates(noCitations, dropped('it cites web pages and its own files only'), carried, noCitations),

  // The form of the answer.
  textFormat: everywhere(carried),
  jsonObject: fates(carried, carried, dropped('it guarantees JSON only for a schema'), carried),
  jsonSchema: everywhere(carried),
  jsonSchemaName: fates(
    carried,
    carried,
    approximated('a label without effect'),
    approximated('a label without effect'),
  ),
  jsonSchemaDescription: fates(carried, carried, noSuchField, carried),
  jsonSchemaStrict: everywhere(carried),
  jsonSchemaKeywords: fates(
    carried,
    carried,
    carried,
    approximated('what it has no keyword for is told in a description; references are inlined'),
  ),
  verbosity: fates(carried, carried, noSuchField, noSuchField),

  // About the request.
  userId: fates(carried, carried, carried, noSuchField),
  metadata: fates(carried, carried, dropped('it keeps the id of a user only'), noSuchField),
  serviceTierAuto: everywhere(carried),
  serviceTierDefault: fates(carried, carried, approximated('`standard_only`'), approximated('`standard`')),
  serviceTierPaid: fates(carried, carried, dropped('it has no such tier'), carried),
  serviceTierStandardOnly: fates(
    approximated('`default`'),
    approximated('`default`'),
    carried,
    approximated('`standard`'),
  ),
  serviceTierStandard: fates(
    approximated('`default`'),
    approximated('`default`'),
    approximated('`standard_only`'),
    carried,
  ),
  promptCacheKey: fates(carried, carried, noSuchField, noSuchField),
  safetyIdentifier: fates(carried, carried, noSuchField, noSuchField),
  storeNothing: everywhere(carried),
  serverState: fates(otherServer, carried, otherServer, otherServer),
  completionsOnly: everywhere(refused('a chat cannot serve it; `untranslatable_field`')),

  // Who speaks.
  text: everywhere(carried),
  instructions: everywhere(carried),
  lateInstructions: fates(
    carried,
    carried,
    approximated('instructions amid the conversation become user text'),
    approximated('instructions amid the conversation become user text'),
  ),
  speakerName: fates(carried, noSuchField, noSuchField, noSuchField),

  // Content.
  imageUrl: everywhere(carried),
  imageData: everywhere(carried),
  imageFile: fates(dropped('it takes no image by file id'), carried, carried, dropped('a file of another store')),
  imageDetail: fates(carried, carried, dropped('it chooses the detail'), dropped('it chooses the detail')),
  audioData: fates(carried, carried, dropped('it takes no audio'), carried),
  audioUrl: fates(
    dropped('it takes audio only as data'),
    dropped('it takes audio only as data'),
    dropped('it takes no audio'),
    carried,
  ),
  documentData: everywhere(carried),
  documentUrl: fates(dropped('it takes no document by URL'), carried, carried, carried),
  documentFile: fates(carried, carried, carried, dropped('a file of another store')),
  documentText: fates(
    approximated('the text stands alone, behind its title'),
    approximated('the text stands alone, behind its title'),
    carried,
    carried,
  ),
  documentOther: fates(carried, carried, dropped('it takes PDF and plain text only'), carried),
  documentTitle: fates(carried, carried, carried, dropped('it gives documents no names')),
  refusal: fates(carried, carried, approximated('text'), approximated('text')),
  cacheMark: fates(noCacheMarks, noCacheMarks, carried, noCacheMarks),
  plainReasoning: fates(carried, notTheirs, notTheirs, notTheirs),
  openaiReasoning: fates(notTheirs, carried, notTheirs, notTheirs),
  anthropicReasoning: fates(notTheirs, notTheirs, carried, notTheirs),
  geminiReasoning: fates(notTheirs, notTheirs, notTheirs, carried),

  // Tools.
  tool: everywhere(carried),
  toolStrict: fates(carried, carried, carried, dropped('it does not hold calls to their schema')),
  toolKeywords: fates(
    carried,
    carried,
    carried,
    approximated('what it has no keyword for is told in a description; references are inlined'),
  ),
  freeformTool: fates(
    approximated('a function with one text argument'),
    carried,
    approximated('a function with one text argument'),
    approximated('a function with one text argument'),
  ),
  namespacedTool: fates(
    approximated('the name says the namespace'),
    carried,
    approximated('the name says the namespace'),
    approximated('the name says the namespace'),
  ),
  toolChoice: everywhere(carried),
  toolChoiceWithoutTools: everywhere(dropped('there is no tool to choose')),
  serialToolCalls: fates(carried, carried, carried, dropped('it cannot be kept from parallel calls')),
  webSearchTool: everywhere(carried),
  webSearchLocation: fates(carried, carried, carried, noSuchOption),
  webSearchContextSize: fates(carried, carried, noSuchOption, noSuchOption),
  webSearchAllowedDomains: fates(noSuchOption, carried, carried, noSuchOption),
  webSearchBlockedDomains: fates(noSuchOption, noSuchOption, carried, noSuchOption),
  webSearchMaxUses: fates(noSuchOption, noSuchOption, carried, noSuchOption),
  webSearchOwn: everywhere(ownOnly),
  webFetchTool: fates(noSuchTool, dropped('it opens pages only in the course of a search'), carried, carried),
  codeExecutionTool: fates(noSuchTool, carried, carried, carried),
  webSearchChoice: fates(
    dropped('it searches whenever it is asked to'),
    carried,
    carried,
    dropped('it is made to call functions only'),
  ),
  callSignature: fates(notTheirs, notTheirs, notTheirs, carried),
  toolCall: everywhere(carried),
  toolResult: everywhere(carried),
  toolReference: fates(
    approximated('a text says that the tool can be called'),
    approximated('a text says that the tool can be called'),
    carried,
    approximated('a text says that the tool can be called'),
  ),
  toolResultImage: fates(approximated('a user message carries it, behind the result'), carried, carried, carried),
  toolResultError: fates(
    approximated('the text says `Error:`'),
    approximated('the text says `Error:`'),
    carried,
    carried,
  ),

  // What only the client's own dialect has.
  chatField: fates(carried, ownOnly, ownOnly, ownOnly),
  own: everywhere(ownOnly),
} as const satisfies Readonly<Record<string, Fates>>;

export type RequestCapability = keyof typeof REQUEST_CAPABILITIES;
