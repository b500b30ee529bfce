/* typescript_scanner.c: what the TypeScript grammars' source distribution leaves out (common/scanner.h): the tokens that a grammar cannot
 * tell. Not part of leat: built into libtree-sitter-typescript.so and -tsx.so by grammars.sh, together with the scanner of the JavaScript
 * grammar, whose tokens are the first eight. What differs is where a line's end ends a statement (ECMA-262 §12.10; TypeScript's signatures
 * without a body, and members of types). SCANNER(name) gives the grammar's name for a function. */
#include JAVASCRIPT_SCANNER

enum { SIGNATURE_END = JSX_TEXT + 1, RECOVERY };

static bool line_end(int32_t c)
{
    return c == '\n' || c == 0x2028 || c == 0x2029;
}

/* Passes a comment at '/'. false: it is none. */
static bool pass_comment(TSLexer *lexer, bool *new_line, bool *comment)
{
    skip(lexer);
    if (lexer->lookahead == '/') {
        while (lexer->lookahead && !line_end(lexer->lookahead)) skip(lexer);
    } else if (lexer->lookahead == '*') {
        skip(lexer);
        for (int32_t before = 0; lexer->lookahead && !(before == '*' && lexer->lookahead == '/'); skip(lexer)) {
            before = lexer->lookahead;
            *new_line |= line_end(before);
        }
        skip(lexer);
    } else {
        return false;
    }
    return *comment = true;
}

static bool pass_word(TSLexer *lexer, const char *word)
{
    for (; *word; word++) {
        if (lexer->lookahead != *word) return false;
        skip(lexer);
    }
    return !iswalnum((wint_t)lexer->lookahead) && lexer->lookahead != '_' && lexer->lookahead != '$';
}

/* Whether a statement can go on with what stands on the next line. */
static bool goes_on(TSLexer *lexer, bool expression, bool signature)
{
    switch (lexer->lookahead) {
    case '`': case ',': case ':': case ';': case '*': case '%': case '>': case '<': case '=': case '?': case '^': case '|': case '&':
    case '/': return true;
    case '(': case '[': return expression;
    case '{': return signature;
    case '.': skip(lexer); return !iswdigit((wint_t)lexer->lookahead);
    case '+': skip(lexer); return lexer->lookahead != '+';
    case '-': skip(lexer); return lexer->lookahead != '-';
    case '!': skip(lexer); return lexer->lookahead == '=';
    case 'i':
        skip(lexer);
        if (lexer->lookahead != 'n') return false;
        skip(lexer);
        return (!iswalnum((wint_t)lexer->lookahead) && lexer->lookahead != '_' && lexer->lookahead != '$') || pass_word(lexer, "stanceof");
    default: return false;
    }
}

static bool statement_end(TSLexer *lexer, const bool *valid, bool *comment)
{
    bool new_line = false;
    lexer->result_symbol = valid[AUTOMATIC_SEMICOLON] ? AUTOMATIC_SEMICOLON : SIGNATURE_END;
    lexer->mark_end(lexer);
    for (;;) {
        int32_t c = lexer->lookahead;
        if (c == 0 || c == '}') return true;
        new_line |= line_end(c);
        if (c == '/') {
            if (!pass_comment(lexer, &new_line, comment)) return false;
        } else if (iswspace((wint_t)c) || line_end(c) || c == 0xfeff) {
            skip(lexer);
        } else {
            return new_line && !goes_on(lexer, valid[LOGICAL_OR], valid[SIGNATURE_END]);
        }
    }
}

void *SCANNER(create)(void) { return NULL; }
void SCANNER(destroy)(void *payload) {}
unsigned SCANNER(serialize)(void *payload, char *buffer) { return 0; }
void SCANNER(deserialize)(void *payload, const char *buffer, unsigned length) {}

bool SCANNER(scan)(void *payload, TSLexer *lexer, const bool *valid)
{
    bool ends = valid[AUTOMATIC_SEMICOLON] || valid[SIGNATURE_END], comment = false;
    if (valid[TEMPLATE_CHARS]) return !ends && scan_template_chars(lexer);
    if (valid[JSX_TEXT] && !valid[RECOVERY] && scan_jsx_text(lexer)) return true;
    if (!ends) return tree_sitter_javascript_external_scanner_scan(payload, lexer, valid);
    if (statement_end(lexer, valid, &comment)) return true;
    return !comment && valid[TERNARY_QMARK] && lexer->lookahead == '?' && scan_ternary_qmark(lexer);
}
