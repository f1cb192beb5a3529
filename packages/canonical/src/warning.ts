/** A field that did not survive translation as it was. `field` is a path in the client's request, such as `logit_bias`. */
export interface Warning {
  readonly type: 'dropped' | 'approximated';
  readonly field: string;
  readonly reason: string;
}
