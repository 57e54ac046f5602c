// How the form library behaves here; it calls no map service.
export default {
  experimentalOptimizations: { computeAsync: false },
  excludeNonRelevant: true,
  maps: [],
  googleApiKey: "",
  repeatOrdinals: false,
  validateContinuously: false,
  validatePage: false,
  swipePage: false,
  textMaxChars: 20_000,
};
