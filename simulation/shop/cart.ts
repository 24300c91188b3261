/** What a buyer orders, as it is sent. */
export type Line = { readonly product_id: string; readonly quantity: number }
export type Cart = { readonly lines: readonly Line[]; readonly total_price: string }
