/** How figures are summed up. */
export const round = (value) => Number(value.toPrecision(4))
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
