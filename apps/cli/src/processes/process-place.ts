/** Which of how many processes of a service this is; the place is from 1 on. */
export interface ProcessPlace {
  readonly place: number;
  readonly count: number;
}
