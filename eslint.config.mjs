/* What eslint holds of every script the browser loads, and of their tests. */

import js from "@eslint/js";
import globals from "globals";

const MARKUP = "Build elements instead: markup from a string lets what people typed run as a script.";
const NO_MARKUP = [
  { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|srcdoc)$/]", message: MARKUP },
  { selector: "MemberExpression[property.value=/^(innerHTML|outerHTML|srcdoc)$/]", message: MARKUP },
  { selector: "CallExpression[callee.property.name=/^(insertAdjacentHTML|setHTML|setHTMLUnsafe|createContextualFragment)$/]", message: MARKUP },
  { selector: "CallExpression[callee.object.name='document'][callee.property.name=/^write(ln)?$/]", message: MARKUP },
];

export default [
  { ignores: ["dashboard/assets/vendor/", "benchmarks/", "docs/", "**/.*/", "test-output/"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      "eqeqeq": "error",
      "no-constructor-return": "error",
      "no-eval": "error",
      "no-implicit-globals": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-syntax": ["error", ...NO_MARKUP],
      "no-script-url": "error",
      "no-self-compare": "error",
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unmodified-loop-condition": "error",
      "no-unreachable-loop": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["dashboard/assets/**/*.mjs"], languageOptions: { sourceType: "module", globals: globals.browser } },
  { files: ["dashboard/assets/**/*.js"], languageOptions: { sourceType: "script", globals: globals.browser } },
  { files: ["tests/scripts/**/*.mjs"], languageOptions: { sourceType: "module", globals: { ...globals.node, ...globals.browser } } },
];
