/** That the visitor is the account's owner: a fresh sign-in, or the current password. */
export type Proof = { readonly current_password?: string }

/** The visitor did not give the password. */
export class Cancelled extends Error {}
