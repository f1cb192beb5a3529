export type { FrontAnswer } from './front-answer.js';
export { BodyError, type FrontRequest } from './front-request.js';
export { HttpFront } from './http-front.js';
