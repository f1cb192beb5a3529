/** The calls of a conversation so far, by which results find theirs. */
export class CallIds {
  readonly #calls: { readonly id: string; readonly name: string; isAnswered: boolean }[] = [];

  /** The id of the next call: its own, or one made of its place in the conversation, the same in every turn. */
  call(name: string, ownId: string | undefined): string {
    const id = ownId ?? `call_${this.#calls.length}`;
    this.#calls.push({ id, name, isAnswered: false });
    return id;
  }

  /**
   * The id of the call that a result answers. Most clients send no ids back, so the oldest unanswered call of its name is
   * meant. A result that answers nothing is left for the upstream to judge.
   */
  result(name: string, ownId: string | undefined): string {
    const call = this.#calls.find((candidate) => {
      return ownId === undefined ? candidate.name === name && !candidate.isAnswered : candidate.id === ownId;
    });
    if (call === undefined) return ownId ?? `call_of_${name}`;
    call.isAnswered = true;
    return call.id;
  }
}
