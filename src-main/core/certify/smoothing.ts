/** The distribution of the weight noise. */
export interface Smoothing {
  /** isotropic: σ·N(0, I). layer-scaled: tensor l gets ρ·RMS(θ̂_l)·N(0, I) with ρ = sigma. */
  readonly kind: 'isotropic' | 'layer-scaled'
  readonly sigma: number
}
