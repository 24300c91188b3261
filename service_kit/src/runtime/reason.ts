/** Why something failed, for a sentence to a person: with what lies behind it, such as a full disk, unless it says so itself. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error && !message.includes(cause.message)
    ? `${message} (${cause.message})`
    : message
}
