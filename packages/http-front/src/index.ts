export { FrontAnswer, type AnswerSink } from './front-answer.js';
export { BodyError, FrontRequest } from './front-request.js';
export { HttpFront, type FrontTimeouts, type HttpFrontOptions } from './http-front.js';
export { readHead, type RequestHead } from './read-head.js';
