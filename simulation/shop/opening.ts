/** With what a history begins (setting.ts). */
export type Account = { readonly username: string; readonly password: string; readonly id: string }

export type MadeProduct = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly stock: number
  readonly price: string
}

export type Opening = {
  readonly admins: readonly Account[]
  readonly buyers: readonly Account[]
  readonly products: readonly MadeProduct[]
}
