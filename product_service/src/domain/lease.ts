/** What one process at a time does. Times are wall clock times. */
export type Lease = {
  /** Until `until`. False while another owner has it at `now`. */
  take(owner: string, now: Date, until: Date): Promise<boolean>
  /** When it ended or ends; undefined if it was never taken. */
  end(): Promise<Date | undefined>
}
