#include "filter/code/language_rules.h"
const struct rule_of python_rules[] = {{0}};
