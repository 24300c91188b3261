/** The roles. The services decide what a role may do. */
import type { User } from '../api/shop.ts'
import type { BadgeTone } from '../ui/badge.tsx'

export type Role = User['role']

export const ROLE_TONES: Readonly<Record<Role, BadgeTone>> = { admin: 'info', customer: 'neutral' }

export const isAdmin = (account: { readonly role: Role } | undefined): boolean => account?.role === 'admin'

export const otherRole = (role: Role): Role => (role === 'admin' ? 'customer' : 'admin')
