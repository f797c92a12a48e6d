// Times of <input type="datetime-local">, which know no zone: here they are UTC.
export const fieldOf = (utc_s) => new Date(utc_s * 1000).toISOString().slice(0, 16);

// NaN: it is no time.
export const secondsOf = (text) => Date.parse(`${text}Z`) / 1000;
