/** What an account may do. */
export type Role = 'customer' | 'admin'
